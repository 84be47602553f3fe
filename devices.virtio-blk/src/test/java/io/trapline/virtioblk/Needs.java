package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tools and rights of this host; a test without them is skipped, aloud. */
final class Needs {
    private Needs() {}

    static void skip(String what) {
        if ("true".equals(System.getenv("TRAPLINE_REQUIRE_ALL"))) {
            fail("needs " + what);
        }
        System.err.println("SKIPPED, it needs " + what);
        assumeTrue(false, what);
    }

    static void tool(String name) {
        for (String folder : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(folder, name))) {
                return;
            }
        }
        skip("the program " + name);
    }

    /** What a command prints; null if it fails. */
    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? text.trim() : null;
    }

    private static void end(String... command) throws IOException {
        try {
            run(command);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A file system of some bytes, for as long as it is open. */
    static final class Tmpfs implements AutoCloseable {
        final Path folder;

        Tmpfs(Path folder, String size) throws IOException, InterruptedException {
            this.folder = Files.createDirectories(folder);
            if (run("mount", "-t", "tmpfs", "-o", "size=" + size, "none", folder.toString())
                    == null) {
                skip("the right to mount a tmpfs (root)");
            }
        }

        @Override
        public void close() throws IOException {
            end("umount", "-l", folder.toString());
        }
    }

    /** A block device on a file, for as long as it is open. */
    static final class Loop implements AutoCloseable {
        final Path device;

        Loop(Path file) throws IOException, InterruptedException {
            tool("losetup");
            String name = run("losetup", "-f", "--show", file.toString());
            if (name == null) {
                skip("a loop device (losetup, root)");
            }
            device = Path.of(name);
        }

        @Override
        public void close() throws IOException {
            end("losetup", "-d", device.toString());
        }
    }
}
