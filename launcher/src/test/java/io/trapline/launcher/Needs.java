package io.trapline.launcher;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** What some tests need of the host: they are skipped without it, or fail where everything must be there. */
final class Needs {
    private static final boolean REQUIRED =
            Boolean.parseBoolean(System.getenv("TRAPLINE_REQUIRE_ALL"));

    private Needs() {}

    static void root() {
        need(
                System.getProperty("user.name").equals("root")
                        && Files.exists(Path.of("/usr/bin/setpriv")),
                "root and setpriv");
    }

    static void kvm() {
        need(
                Files.isReadable(Path.of("/dev/kvm")) && Files.isWritable(Path.of("/dev/kvm")),
                "/dev/kvm");
    }

    private static void need(boolean there, String what) {
        if (!there) {
            System.err.println("SKIPPED: this test needs " + what);
        }
        if (REQUIRED) {
            assertTrue(there, "needs " + what);
        }
        assumeTrue(there, "needs " + what);
    }
}
