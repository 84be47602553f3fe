package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.tck.TestDeferred;
import io.trapline.virtio.Features;
import io.trapline.virtio.Played;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real device with real workers: several queues, resets and a disk that fails, at any moment. */
class ConcurrencyTest {
    private static final int QUEUES = 3;
    private static final int SLOTS = 16; // of each queue
    private static final int ROUNDS = 100;

    @TempDir Path folder;

    private final ExecutorService workers = Executors.newFixedThreadPool(4);
    private final Random random = new Random(77);
    private BlockDriver driver;
    private RawImage image;

    @BeforeEach
    void start() throws IOException {
        Path file = Files.write(folder.resolve("disk.img"), new byte[1 << 20]);
        image = RawImage.open(file, false);
        Settings settings = new Settings(QUEUES, 256, 8, false, 512, 512, 0, "");
        // A clock that says that every request takes a second: nearly all go to workers.
        long[] clock = {0};
        BlockDevice device =
                new BlockDevice(settings, image, workers, () -> clock[0] += 1_000_000_000L);
        driver = new BlockDriver(Played.of(true, device));
    }

    @AfterEach
    void stop() throws InterruptedException {
        workers.shutdown();
        assertTrue(workers.awaitTermination(10, TimeUnit.SECONDS));
        image.close();
    }

    private void send(int queue, int slot) {
        int[] types = {BlockDriver.IN, BlockDriver.OUT, BlockDriver.FLUSH};
        int type = types[random.nextInt(3)];
        boolean outside = random.nextInt(10) == 0;
        long sector = outside ? 1L << 30 : random.nextInt(2000);
        driver.add(queue, SLOTS * queue + slot, type, sector, type == BlockDriver.FLUSH ? 0 : 4096);
    }

    /** Everything comes back once, with a status, and the driver of its queue is told. */
    @Test
    void losesNothingAndGivesNothingTwice() {
        driver.start(BlockDriver.F_FLUSH, QUEUES, 64);
        for (int round = 0; round < ROUNDS; round++) {
            List<Set<Integer>> out = new ArrayList<>();
            for (int queue = 0; queue < QUEUES; queue++) {
                out.add(new HashSet<>());
                for (int slot = 0; slot < random.nextInt(SLOTS); slot++) {
                    send(queue, slot);
                    out.get(queue).add(SLOTS * queue + slot);
                }
                driver.played.ring(queue);
            }
            for (int queue = 0; queue < QUEUES; queue++) {
                collect(queue, out.get(queue));
            }
        }
    }

    private void collect(int queue, Set<Integer> out) {
        while (!out.isEmpty()) {
            for (int slot : driver.back(queue)) {
                assertTrue(out.remove(slot), "slot " + slot + " came back twice");
                int status = driver.status(slot);
                assertTrue(status == 0 || status == 1, "status " + status);
            }
            Thread.onSpinWait();
        }
    }

    /** The vCPU of a driver that resets waits until workers are done. */
    private void untilAnswered() {
        while (!driver.played.board.deferred().stream().allMatch(TestDeferred::answered)) {
            driver.played.board.run();
            Thread.onSpinWait();
        }
    }

    /** A queue that is reset ends; what other queues had with workers comes back all the same, with an interrupt. */
    @Test
    void tellsTheOtherQueuesWhenOneIsReset() {
        for (int round = 0; round < ROUNDS / 5; round++) {
            driver = new BlockDriver(driver.played).start(Features.RING_RESET, QUEUES, 64);
            Set<Integer> out = new HashSet<>();
            for (int slot = 0; slot < 8; slot++) {
                send(1, slot);
                out.add(SLOTS + slot);
                send(0, slot);
            }
            driver.played.takeInterrupt();
            driver.played.ring(0);
            driver.played.ring(1);
            driver.played.select(0);
            driver.played.resetQueue();
            untilAnswered();
            List<Integer> late = driver.back(1);
            out.removeAll(late);
            if (!late.isEmpty()) {
                assertEquals(1, driver.played.takeInterrupt(), "its driver is told");
            }
            collect(1, out);
            driver.played.status(0);
            untilAnswered();
        }
    }

    /** §2.4.2: after a reset the device touches no memory of the driver's. */
    @Test
    void touchesNothingAfterAReset() {
        for (int round = 0; round < ROUNDS / 5; round++) {
            driver = new BlockDriver(driver.played).start(BlockDriver.F_FLUSH, QUEUES, 64);
            for (int queue = 0; queue < QUEUES; queue++) {
                for (int slot = 0; slot < SLOTS; slot++) {
                    send(queue, slot);
                }
                driver.played.ring(queue);
            }
            driver.played.status(0);
            untilAnswered();
            byte[] mark = new byte[4096];
            mark[random.nextInt(4096)] = 1;
            for (int slot = 0; slot < QUEUES * SLOTS; slot++) {
                driver.put(slot, mark);
            }
            driver.played.board.run();
            for (int slot = 0; slot < QUEUES * SLOTS; slot++) {
                assertEquals(ByteBuffer.wrap(mark), ByteBuffer.wrap(driver.get(slot, 4096)));
            }
        }
    }
}
