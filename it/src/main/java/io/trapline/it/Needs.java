package io.trapline.it;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** What some tests need of the host: they are skipped without it, or fail where everything must be there. */
final class Needs {
    private static final boolean REQUIRED =
            Boolean.parseBoolean(System.getenv("TRAPLINE_REQUIRE_ALL"));

    private Needs() {}

    /** Nothing for the simulator, the kernel's device for the others. */
    static void backend(String name) {
        if (name.equals("kvm")) {
            Path device = Path.of("/dev/kvm");
            need(Files.isReadable(device) && Files.isWritable(device), device.toString());
        }
    }

    /** A file that a package of the distribution brings. */
    static void file(String path, String ofPackage) {
        need(Files.exists(Path.of(path)), path + " of the package " + ofPackage);
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
