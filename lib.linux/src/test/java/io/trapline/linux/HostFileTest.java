package io.trapline.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file of the host, as a guest's disk uses it. */
class HostFileTest {
    private static final int LENGTH = 1 << 20;

    @TempDir Path folder;

    private final byte[] bytes = new byte[LENGTH];
    private final IoVector vector = new IoVector();

    private HostFile open() throws IOException {
        new Random(1).nextBytes(bytes);
        return HostFile.open(Files.write(folder.resolve("disk"), bytes), true, false);
    }

    private IoVector pieces(ByteBuffer memory, int... cuts) {
        vector.clear();
        for (int i = 0; i + 1 < cuts.length; i += 2) {
            vector.add(memory.limit(cuts[i + 1]).position(cuts[i]));
        }
        memory.clear();
        return vector;
    }

    @Test
    void readsAndWritesSeveralPiecesInOneCall() throws IOException {
        try (HostFile file = open()) {
            ByteBuffer memory = ByteBuffer.allocateDirect(4096);
            file.read(pieces(memory, 2048, 4096, 0, 100), 5000);
            assertEquals(ByteBuffer.wrap(bytes, 5000, 2048), memory.slice(2048, 2048));
            assertEquals(ByteBuffer.wrap(bytes, 7048, 100), memory.slice(0, 100));
            file.write(pieces(memory, 0, 100), 10);
            file.sync();
            System.arraycopy(bytes, 7048, bytes, 10, 100);
            assertArrayEquals(bytes, Files.readAllBytes(file.path()));
        }
    }

    @Test
    void takesMorePiecesThanTheHostDoesAtATime() throws IOException {
        try (HostFile file = open()) {
            ByteBuffer memory = ByteBuffer.allocateDirect(2 * 3000);
            for (int i = 0; i < 3000; i++) {
                vector.add(memory.limit(2 * i + 1).position(2 * i));
            }
            file.read(vector, 17);
            for (int i = 0; i < 3000; i++) {
                assertEquals(bytes[17 + i], memory.clear().get(2 * i));
            }
        }
    }

    @Test
    void readsWhatIsAtHand() throws IOException {
        try (HostFile file = open()) {
            ByteBuffer memory = ByteBuffer.allocateDirect(4096);
            long count = file.readAtHand(pieces(memory, 0, 4096), 4096);
            assertEquals(4096 - count, vector.length());
            file.read(vector, 4096 + count);
            assertEquals(ByteBuffer.wrap(bytes, 4096, 4096), memory);
        }
    }

    @Test
    void saysWhereItEnds() throws IOException {
        try (HostFile file = open()) {
            ByteBuffer memory = ByteBuffer.allocateDirect(4096);
            EOFException e =
                    assertThrows(
                            EOFException.class,
                            () -> file.read(pieces(memory, 0, 4096), LENGTH - 1024));
            assertEquals("the image ends at " + LENGTH, e.getMessage());
            file.truncate(2 * LENGTH);
            assertEquals(2 * LENGTH, file.size());
        }
    }

    @Test
    void givesSpaceBack() throws Exception {
        try (HostFile file = open()) {
            file.sync();
            long before = used(file);
            file.punch(65536, 131072);
            file.zero(0, 4096);
            java.util.Arrays.fill(bytes, 65536, 65536 + 131072, (byte) 0);
            java.util.Arrays.fill(bytes, 0, 4096, (byte) 0);
            assertArrayEquals(bytes, Files.readAllBytes(file.path()));
            assertTrue(used(file) <= before - 131072, "a hole");
            assertFalse(file.canErase());
        }
    }

    private static long used(HostFile file) throws Exception {
        Process stat = new ProcessBuilder("stat", "-c", "%b", file.path().toString()).start();
        return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes(), UTF_8).trim());
    }

    @Test
    void holdsBytesAgainstOthersOfTheSameProcessToo() throws IOException {
        HostFile one = open();
        try (HostFile other = HostFile.open(one.path(), false, false)) {
            one.hold(101);
            other.hold(101);
            assertTrue(other.isHeldByAnother(101));
            assertFalse(other.isHeldByAnother(102));
            Files.readAllBytes(one.path()); // to close the file elsewhere ends no hold
            assertTrue(other.isHeldByAnother(101));
            one.close();
            assertFalse(other.isHeldByAnother(101));
        }
    }

    @Test
    void isClosedOnceAndForAll() throws IOException {
        HostFile file = open();
        file.close();
        assertThrows(IOException.class, file::sync);
        try (HostFile next = HostFile.open(file.path(), true, false)) {
            assertThrows(IOException.class, file::size);
            file.close();
            assertEquals(LENGTH, next.size());
        }
    }

    /** An interrupted thread closes a FileChannel under everybody else; here it closes nothing. */
    @Test
    void doesNotMindAnInterruptedThread() throws IOException {
        try (HostFile file = open()) {
            Thread.currentThread().interrupt();
            file.read(pieces(ByteBuffer.allocateDirect(512), 0, 512), 0);
            assertTrue(Thread.interrupted());
            assertEquals(LENGTH, file.size());
        }
    }

    /** To open a pipe for reading waits for somebody who writes, for ever. */
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void waitsForNobodyWhoseNameIsThatOfAPipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        IOException e = assertThrows(IOException.class, () -> HostFile.open(pipe, false, false));
        assertEquals(pipe + " is neither a file nor a block device", e.getMessage());
    }

    @Test
    void refusesWhatIsNoDisk() {
        HostFailure none =
                assertThrows(
                        HostFailure.class,
                        () -> HostFile.open(folder.resolve("none"), true, false));
        assertEquals(Libc.ENOENT, none.errno());
        assertThrows(IOException.class, () -> HostFile.open(folder, false, false));
        assertThrows(IOException.class, () -> HostFile.open(Path.of("/dev/null"), true, false));
    }
}
