package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.linux.IoVector;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading and writing an image allocates nothing per request. */
class AllocationTest {
    private static final int LENGTH = 1 << 20;
    private static final int REQUESTS = 5_000;

    @TempDir Path folder;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(1 << 16);
    private final IoVector vector = new IoVector();

    private IoVector pieces(int count) {
        vector.clear();
        for (int i = 0; i < count; i++) {
            vector.add(memory.limit(8192 * i + 4096).position(8192 * i));
        }
        return vector;
    }

    private static void assertAllocatesNothing(LongConsumer request) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) { // the first ones compile
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < REQUESTS; i++) {
                request.accept(4096L * (i % 100));
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least < REQUESTS / 10, least + " bytes for " + REQUESTS + " requests");
    }

    private interface Transfer {
        void at(long position) throws IOException;
    }

    private static LongConsumer of(Transfer transfer) {
        return position -> {
            try {
                transfer.at(position);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        };
    }

    private Path file() throws IOException {
        return Files.write(folder.resolve("disk.img"), new byte[LENGTH]);
    }

    @Test
    void throughThePageCache() throws IOException {
        try (RawImage image = RawImage.open(file(), false)) {
            assertAllocatesNothing(of(at -> image.read(pieces(1), at)));
            assertAllocatesNothing(of(at -> image.readAtHand(pieces(1), at)));
            assertAllocatesNothing(of(at -> image.read(pieces(8), at)));
            assertAllocatesNothing(of(at -> image.write(pieces(1), at)));
            assertAllocatesNothing(of(at -> image.write(pieces(8), at)));
        }
    }

    /** Zeroes and holes as the host makes them. */
    @Test
    void whereSpaceIsGivenBack() throws IOException {
        try (RawImage image = RawImage.open(file(), false)) {
            assertAllocatesNothing(of(at -> image.zero(at, 4096, true)));
            assertAllocatesNothing(of(at -> image.zero(at, 4096, false)));
            assertAllocatesNothing(of(at -> image.discard(at, 4096)));
        }
    }

    /** Zeroes that are written, and a block device that is told. */
    @Test
    void whereZeroesAreWritten() throws Exception {
        try (Needs.Tmpfs tmpfs = new Needs.Tmpfs(folder.resolve("mount"), "4m")) {
            Path path = Files.write(tmpfs.folder.resolve("disk.img"), new byte[LENGTH]);
            RawImage.Options overwrite = new RawImage.Options(false, false, true);
            try (RawImage image = RawImage.open(path, overwrite)) {
                assertAllocatesNothing(of(at -> image.erase(at, 4096)));
            }
            try (Needs.Loop loop = new Needs.Loop(path);
                    RawImage image = RawImage.open(loop.device, false)) {
                assertAllocatesNothing(of(at -> image.discard(at, 4096)));
            }
        }
    }

    /** One thread; several at a time may wait for each other, and that allocates. */
    @Test
    void pastThePageCache() throws IOException {
        try (RawImage image = RawImage.open(file(), new RawImage.Options(false, true, false))) {
            assertAllocatesNothing(of(at -> image.read(pieces(2), at + 512)));
        } catch (IOException e) {
            Needs.skip("a file system with direct I/O for temporary files: " + e.getMessage());
        }
    }
}
