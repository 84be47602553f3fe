package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One machine writes an image, or many read it: of one process, of two, and of QEMU. */
class ImageLockTest {
    @TempDir Path folder;

    private Path path;

    @BeforeEach
    void make() throws IOException {
        path = Files.write(folder.resolve("disk.img"), new byte[1 << 16]);
    }

    private String inUse(String why) {
        return ("image %s is in use by another machine (or by this one's predecessor, whose host"
                        + " I/O has not ended); %s")
                .formatted(path, why);
    }

    private void refused(boolean readOnly, String why) {
        IOException e = assertThrows(IOException.class, () -> RawImage.open(path, readOnly));
        assertEquals(inUse(why), e.getMessage());
    }

    @Test
    void oneWrites() throws IOException {
        try (RawImage writer = RawImage.open(path, false)) {
            assertEquals(1 << 16, writer.length());
            refused(false, "wanted alone, or readonly=true in both");
            refused(true, "it writes there");
            Files.readAllBytes(path); // opens and closes it: a POSIX lock would be lost
            refused(false, "wanted alone, or readonly=true in both");
        }
        RawImage.open(path, false).close();
    }

    @Test
    void manyRead() throws IOException {
        try (RawImage one = RawImage.open(path, true);
                RawImage other = RawImage.open(path, true)) {
            assertEquals(one.length(), other.length());
            refused(false, "wanted alone, or readonly=true in both");
        }
        RawImage.open(path, false).close();
    }

    private RawImage open(ImageFile.Patience patience) throws IOException {
        return RawImage.open(path, new RawImage.Options(false, false, false), patience);
    }

    /** A predecessor's file is closed by the last of its requests, which may be on its way yet. */
    @Test
    void aSuccessorWaitsForWhomItFollows() throws IOException {
        RawImage predecessor = RawImage.open(path, false);
        List<Integer> waited = new ArrayList<>();
        assertThrows(
                ImageLock.InUse.class,
                () ->
                        open(
                                tries -> {
                                    waited.add(tries);
                                    return tries < 3;
                                }));
        assertEquals(List.of(1, 2, 3), waited);
        RawImage successor =
                open(
                        tries -> {
                            if (tries == 2) {
                                predecessor.close();
                            }
                            return true;
                        });
        refused(false, "wanted alone, or readonly=true in both");
        successor.close();
    }

    /** Another process, which holds it until its standard input ends. */
    public static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (RawImage image =
                    RawImage.open(Path.of(arguments[0]), arguments[1].equals("read"))) {
                System.out.println("held " + image.length());
                while (System.in.read() >= 0) {
                    // until the end
                }
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private Process holder(String how) throws IOException {
        return JavaProcess.of(Holder.class, path.toString(), how).start();
    }

    private static String line(Process process) throws IOException {
        return new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                .readLine();
    }

    @Test
    void anotherProcessWrites() throws Exception {
        Process process = holder("write");
        try {
            assertEquals("held 65536", line(process));
            refused(false, "wanted alone, or readonly=true in both");
            refused(true, "it writes there");
        } finally {
            process.destroyForcibly().waitFor();
        }
        try (RawImage mine = RawImage.open(path, false)) { // its end has ended its lock
            Process late = holder("read");
            assertEquals(inUse("it writes there"), line(late));
            assertEquals(0, late.waitFor());
            assertEquals(1 << 16, mine.length());
        }
    }

    @Test
    void anotherProcessReads() throws Exception {
        Process process = holder("read");
        try {
            assertEquals("held 65536", line(process));
            RawImage.open(path, true).close();
            refused(false, "wanted alone, or readonly=true in both");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void refusesQemuAndIsRefusedByIt() throws Exception {
        Needs.tool("qemu-io");
        String read = "qemu-io -r -f raw -c 'read 0 512' " + path;
        String write = "qemu-io -f raw -c 'write 0 512' " + path;
        try (RawImage writer = RawImage.open(path, false)) {
            assertEquals(1 << 16, writer.length());
            assertNull(Needs.run("sh", "-c", write), "QEMU writes while we write");
        }
        try (RawImage reader = RawImage.open(path, true)) {
            assertEquals(1 << 16, reader.length());
            assertNull(Needs.run("sh", "-c", write), "QEMU writes while we read");
            assertTrue(Needs.run("sh", "-c", read) != null, "both read");
        }
        assertTrue(Needs.run("sh", "-c", write) != null);
        Process qemu =
                new ProcessBuilder("qemu-io", "-f", "raw", path.toString())
                        .redirectErrorStream(true)
                        .start();
        try {
            qemu.getOutputStream().write("length\n".getBytes(StandardCharsets.UTF_8));
            qemu.getOutputStream().flush();
            assertTrue(line(qemu) != null, "it is open there");
            refused(false, "wanted alone, or readonly=true in both");
            refused(true, "it writes there");
        } finally {
            qemu.destroyForcibly().waitFor();
        }
    }
}
