package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.linux.HostFile;
import io.trapline.virtio.Played;
import java.io.DataInputStream;
import java.io.DataOutputStream;
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
import java.util.concurrent.locks.LockSupport;
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

    private final Random random = new Random(2026);
    private long between = 1_000_000; // two acknowledgements, nanoseconds on an average

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

        private Writer(Image image) throws IOException {
            ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
            BlockDevice device = new BlockDevice(Settings.USUAL, image, workers, System::nanoTime);
            driver = new BlockDriver(Played.of(true, device)).start(BlockDriver.F_FLUSH, 1, 64);
        }

        /** Gets ready, and begins when it is told the seed of its random numbers, and its first generation. */
        public static void main(String[] arguments) throws IOException {
            new Writer(new NullImage(512 * SECTORS)).batch(new Random(), 0);
            HostFile.open(Path.of(arguments[0]), false, false).close();
            DataInputStream in = new DataInputStream(System.in);
            Random random = new Random(in.readLong());
            int generation = in.readInt();
            Writer writer = new Writer(RawImage.open(Path.of(arguments[0]), false));
            while (true) {
                tell(writer.batch(random, generation));
                generation++;
            }
        }

        private static void tell(ByteBuffer flushed) {
            System.out.write(flushed.array(), 0, flushed.capacity());
            System.out.flush();
        }

        /** Returns the sectors that are now flushed, and their generation. */
        private ByteBuffer batch(Random random, int generation) {
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
            return told;
        }

        private void await(int count) {
            for (int back = 0; back < count; ) {
                for (int slot : driver.back(0)) {
                    if (driver.status(slot) != 0) {
                        throw new AssertionError("slot " + slot + ": " + driver.status(slot));
                    }
                    back++;
                }
                if (back < count) {
                    LockSupport.parkNanos(10_000);
                }
            }
        }
    }

    @Test
    void keepsWhatAFlushHadAcknowledged() throws Exception {
        Path image = Files.write(folder.resolve("disk.img"), new byte[512 * SECTORS]);
        Map<Integer, Integer> acknowledged = new HashMap<>();
        int generation = 1;
        int batches = 0;
        int begun = 0; // and not acknowledged
        Process next = JavaProcess.of(Writer.class, image.toString()).start();
        try {
            for (int kill = 0; kill < KILLS; kill++) {
                Process writer = next;
                next = JavaProcess.of(Writer.class, image.toString()).start(); // meanwhile
                List<int[]> told = killed(writer, generation);
                for (int[] one : told) {
                    acknowledged.merge(one[0], one[1], Math::max);
                    generation = Math.max(generation, one[1]);
                }
                batches += told.size() / BATCH;
                generation++; // it may have been written, and not acknowledged
                begun += check(image, acknowledged, generation, kill);
                generation++;
            }
        } finally {
            next.destroyForcibly().waitFor();
        }
        assertTrue(batches > 2 * KILLS, "batches in all: " + batches);
        assertTrue(acknowledged.size() > SECTORS / 2, "sectors: " + acknowledged.size());
        assertTrue(begun > KILLS / 10, "kills in the midst of a batch: " + begun);
    }

    /** Lets it write some batches, and kills it anywhere between two acknowledgements. */
    private List<int[]> killed(Process process, int generation) throws Exception {
        DataOutputStream out = new DataOutputStream(process.getOutputStream());
        out.writeLong(random.nextLong());
        out.writeInt(generation);
        out.flush();
        List<int[]> told = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(process.getInputStream())) {
            int most = random.nextInt(20); // batches, and then some
            long first = 0;
            for (int batch = 0; batch < most; batch++) {
                read(in, told);
                first = batch == 0 ? System.nanoTime() : first;
            }
            if (most > 1) {
                between = (System.nanoTime() - first) / (most - 1) + 1;
            }
            LockSupport.parkNanos(random.nextLong(2 * between));
            process.toHandle().destroyForcibly(); // unlike the process's own, it closes no stream
            rest(in, told);
            process.waitFor();
        }
        assertEquals(128 + 9, process.exitValue(), "killed, not failed");
        return told;
    }

    private static void read(DataInputStream in, List<int[]> told) throws IOException {
        for (int i = 0; i < BATCH; i++) {
            told.add(new int[] {in.readInt(), in.readInt()});
        }
    }

    /** What it had told before it was killed. */
    private static void rest(DataInputStream in, List<int[]> told) throws IOException {
        try {
            while (true) {
                read(in, told);
            }
        } catch (EOFException e) {
            return;
        }
    }

    /** 1 if a batch had begun that was not acknowledged. */
    private static int check(Path image, Map<Integer, Integer> acknowledged, int last, int kill)
            throws IOException {
        byte[] wanted = new byte[512];
        int newest = 0;
        try (InputStream disk = Files.newInputStream(image)) {
            for (int place = 0; place < SECTORS; place++) {
                byte[] sector = disk.readNBytes(512);
                int generation = ByteBuffer.wrap(sector).getInt(4);
                Integer least = acknowledged.get(place);
                assertTrue(
                        (least == null || generation >= least) && generation <= last,
                        "kill %d: sector %d is of generation %d, acknowledged %d"
                                .formatted(kill, place, generation, least));
                if (generation != 0) {
                    number(wanted, place, generation);
                    assertEquals(ByteBuffer.wrap(wanted), ByteBuffer.wrap(sector), "whole");
                }
                newest = Math.max(newest, generation);
            }
        }
        return newest == last ? 1 : 0;
    }
}
