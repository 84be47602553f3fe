package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.linux.HostFile;
import io.trapline.linux.IoVector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** O_DIRECT, whatever the guest's memory and sectors are aligned to. */
class DirectTransfersTest {
    private static final int LENGTH = 1 << 20;
    private static final RawImage.Options DIRECT = new RawImage.Options(false, true, false);

    @TempDir Path folder;

    private final byte[] bytes = new byte[LENGTH];
    private final ByteBuffer memory = ByteBuffer.allocateDirect(LENGTH + 4096).alignedSlice(4096);
    private final Random random = new Random(3);
    private Path path;

    @BeforeEach
    void fill() throws IOException {
        random.nextBytes(bytes);
        path = Files.write(folder.resolve("disk.img"), bytes);
        try (HostFile file = HostFile.open(path, true, true)) {
            file.size();
        } catch (IOException e) {
            Needs.skip("a file system with direct I/O for temporary files: " + e.getMessage());
        }
    }

    private IoVector pieces(int at, int length, int cut) {
        IoVector vector = new IoVector();
        vector.add(memory.limit(at + cut).position(at));
        vector.add(memory.limit(at + 100 + length).position(at + 100 + cut)); // apart from it
        memory.clear();
        return vector;
    }

    private static int below(Random random, int bound) {
        return random.nextInt(bound + 1);
    }

    /** Sectors of 512 bytes, memory at any address, on blocks of this host's size. */
    @Test
    void readsAndWritesWhateverTheAlignment() throws IOException {
        try (RawImage image = RawImage.open(path, DIRECT)) {
            for (int round = 0; round < 150; round++) {
                int count = 512 * (1 + random.nextInt(round % 10 == 0 ? 800 : 20));
                int place = 512 * below(random, (LENGTH - count) / 512);
                int at = random.nextInt(3000);
                int cut = below(random, count);
                if (random.nextBoolean()) {
                    for (int i = 0; i < count; i++) {
                        byte value = (byte) random.nextInt();
                        bytes[place + i] = value;
                        memory.put(at + i + (i >= cut ? 100 : 0), value);
                    }
                    image.write(pieces(at, count, cut), place);
                } else {
                    image.read(pieces(at, count, cut), place);
                    for (int i = 0; i < count; i++) {
                        assertEquals(bytes[place + i], memory.get(at + i + (i >= cut ? 100 : 0)));
                    }
                }
            }
            assertArrayEquals(bytes, Files.readAllBytes(path));
            assertTrue(image.description().contains("direct, 1 bounce buffers"), "used again");
        }
    }

    /** On a disk of 4 KiB blocks a sector is written by reading its block, and no neighbour is lost. */
    @Test
    void losesNoNeighbourInABlock() throws Exception {
        Path big = folder.resolve("big.img");
        Files.write(big, new byte[LENGTH]);
        Needs.tool("losetup");
        String name = Needs.run("losetup", "-f", "--show", "-b", "4096", big.toString());
        if (name == null) {
            Needs.skip("a loop device of 4096 bytes a block");
        }
        try (RawImage image = RawImage.open(Path.of(name), DIRECT)) {
            int writers = 8;
            CountDownLatch ready = new CountDownLatch(writers);
            Thread[] threads = new Thread[writers];
            Throwable[] failed = new Throwable[writers];
            for (int i = 0; i < writers; i++) {
                int sector = i;
                threads[i] =
                        new Thread(
                                () -> {
                                    ready.countDown();
                                    try {
                                        ready.await();
                                        writeSector(image, sector);
                                    } catch (IOException | InterruptedException e) {
                                        failed[sector] = e;
                                    }
                                });
                threads[i].start();
            }
            for (int i = 0; i < writers; i++) {
                threads[i].join();
                assertEquals(null, failed[i]);
            }
            IoVector vector = new IoVector();
            ByteBuffer block = ByteBuffer.allocateDirect(4096);
            vector.add(block);
            image.read(vector, 8192);
            for (int i = 0; i < 4096; i++) {
                assertEquals(50 + i / 512, block.get(i), "byte " + i);
            }
            IOException e = assertThrows(IOException.class, () -> image.resize(512));
            assertTrue(e.getMessage().contains("block device"), e.getMessage());
        } finally {
            Needs.run("losetup", "-d", name);
        }
    }

    private static void writeSector(RawImage image, int sector) throws IOException {
        ByteBuffer data = ByteBuffer.allocateDirect(512);
        IoVector vector = new IoVector();
        for (int round = 0; round <= 50; round++) {
            for (int i = 0; i < 512; i++) {
                data.put(i, (byte) (round + sector));
            }
            vector.clear().add(data);
            image.write(vector, 8192 + 512L * sector);
        }
    }

    @Test
    void writesZeroesAndDiscards() throws IOException {
        try (RawImage image = RawImage.open(path, DIRECT)) {
            image.zero(512, 70_144, false);
            image.discard(524_288, 262_144);
            Arrays.fill(bytes, 512, 512 + 70_144, (byte) 0);
            Arrays.fill(bytes, 524_288, 524_288 + 262_144, (byte) 0);
            image.flush();
            assertArrayEquals(bytes, Files.readAllBytes(path));
        }
    }

    @Test
    void refusesALengthThatTheHostCannotRead() throws IOException {
        Files.write(path, new byte[1000]);
        IOException e = assertThrows(IOException.class, () -> RawImage.open(path, DIRECT));
        assertTrue(e.getMessage().contains("direct=true wants a multiple of"), e.getMessage());
    }
}
