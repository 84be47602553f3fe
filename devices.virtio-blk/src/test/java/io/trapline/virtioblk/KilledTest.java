package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.virtio.Played;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with a disk is killed at any point: everything that a FLUSH had acknowledged is in the image. (A killed
 * process does not lose the host's page cache; that a FLUSH is an fdatasync besides is SyncTest's affair.)
 */
class KilledTest {
    private static final int KILLS = 100;
    private static final int SECTORS = 512;
    private static final int BATCH = 8;
    private static final int WORKERS = 4;

    @TempDir Path folder;

    private static void number(byte[] sector, int place, int generation) {
        ByteBuffer numbers = ByteBuffer.wrap(sector);
        while (numbers.hasRemaining()) {
            numbers.putInt(place).putInt(generation);
        }
    }

    /**
     * The process that is killed: it writes batches of numbered sectors, flushes, and tells of each flush that came
     * back, for ever. The device is the real one, on a real ring, with real workers.
     */
    public static final class Writer {
        private final BlockDriver driver;
        private final byte[] sector = new byte[512];

        private Writer(Path image) throws IOException {
            ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
            BlockDevice device =
                    new BlockDevice(
                            Settings.USUAL, RawImage.open(image, false), workers, System::nanoTime);
            driver = new BlockDriver(Played.of(true, device)).start(BlockDriver.F_FLUSH, 1, 64);
        }

        public static void main(String[] arguments) throws IOException {
            Writer writer = new Writer(Path.of(arguments[0]));
            Random random = new Random(Long.parseLong(arguments[1]));
            for (int generation = Integer.parseInt(arguments[2]); true; generation++) {
                writer.batch(random, generation);
            }
        }

        /** Tells of itself as: the sectors that are now flushed, and their generation, in one write. */
        private void batch(Random random, int generation) {
            ByteBuffer told = ByteBuffer.allocate(2 * Integer.BYTES * BATCH);
            int first = random.nextInt(SECTORS / BATCH) * BATCH;
            for (int i = 0; i < BATCH; i++) {
                number(sector, first + i, generation);
                driver.put(i, sector);
                driver.add(0, i, BlockDriver.OUT, first + i, 512);
                told.putInt(first + i).putInt(generation);
            }
            driver.played.ring(0);
            await(BATCH);
            driver.send(0, BATCH, BlockDriver.FLUSH, 0, 0);
            await(1);
            System.out.write(told.array(), 0, told.capacity());
            System.out.flush();
        }

        private void await(int count) {
            for (int back = 0; back < count; ) {
                for (int slot : driver.back(0)) {
                    if (driver.status(slot) != 0) {
                        throw new AssertionError("slot " + slot + ": " + driver.status(slot));
                    }
                    back++;
                }
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void keepsWhatAFlushHadAcknowledged() throws Exception {
        Path image = Files.write(folder.resolve("disk.img"), new byte[512 * SECTORS]);
        Map<Integer, Integer> acknowledged = new HashMap<>();
        Random random = new Random(2026);
        int generation = 1;
        int batches = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            int most = random.nextInt(20); // batches, and then some
            List<int[]> told = killed(image, random.nextLong(), generation, most, random);
            for (int[] one : told) {
                acknowledged.merge(one[0], one[1], Math::max);
                generation = Math.max(generation, one[1]);
            }
            batches += told.size() / BATCH;
            generation += 2; // one may have been written and not acknowledged
            check(image, acknowledged, generation, kill);
        }
        assertTrue(batches > 2 * KILLS, "batches in all: " + batches);
        assertTrue(acknowledged.size() > SECTORS / 2, "sectors: " + acknowledged.size());
    }

    private static List<int[]> killed(
            Path image, long seed, int generation, int most, Random random) throws Exception {
        Process process =
                JavaProcess.of(Writer.class, image + "", seed + "", generation + "").start();
        List<int[]> told = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(process.getInputStream())) {
            for (int i = 0; i < BATCH * most; i++) {
                told.add(new int[] {in.readInt(), in.readInt()});
            }
            int moment = random.nextInt(200_000);
            while (moment-- > 0 && in.available() == 0) {
                Thread.onSpinWait(); // anywhere between two acknowledgements
            }
            process.toHandle().destroyForcibly(); // unlike the process's own, it closes no stream
            rest(in, told);
            process.waitFor();
        }
        assertEquals(128 + 9, process.exitValue(), "killed, not failed");
        return told;
    }

    /** What it had told before it was killed. */
    private static void rest(DataInputStream in, List<int[]> told) throws IOException {
        try {
            while (true) {
                told.add(new int[] {in.readInt(), in.readInt()});
            }
        } catch (EOFException e) {
            return;
        }
    }

    private static void check(Path image, Map<Integer, Integer> acknowledged, int before, int kill)
            throws IOException {
        byte[] wanted = new byte[512];
        try (InputStream disk = Files.newInputStream(image)) {
            for (int place = 0; place < SECTORS; place++) {
                byte[] sector = disk.readNBytes(512);
                int generation = ByteBuffer.wrap(sector).getInt(4);
                Integer least = acknowledged.get(place);
                assertTrue(
                        (least == null || generation >= least) && generation <= before,
                        "kill "
                                + kill
                                + ": sector "
                                + place
                                + " is of generation "
                                + generation
                                + ", acknowledged "
                                + least);
                if (generation != 0) {
                    number(wanted, place, generation);
                    assertEquals(ByteBuffer.wrap(wanted), ByteBuffer.wrap(sector), "whole");
                }
            }
        }
    }
}
