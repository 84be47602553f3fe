package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.virtio.Played;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What is given to workers is performed, whatever has become of them. */
class WorkersTest {
    @Test
    void performsBesideWhoeverAsks() throws InterruptedException {
        Workers workers = new Workers(4);
        CountDownLatch done = new CountDownLatch(20);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 20; i++) { // four more than there are threads, and as many can wait
            workers.execute(
                    () -> {
                        synchronized (threads) {
                            threads.add(Thread.currentThread());
                        }
                        done.countDown();
                    });
        }
        done.await();
        assertTrue(workers.end());
        assertTrue(!threads.contains(Thread.currentThread()), threads::toString);
        assertTrue(threads.stream().allMatch(Thread::isDaemon));
    }

    @Test
    void performsWhatComesAfterTheirEnd() {
        Workers workers = new Workers(4);
        assertTrue(workers.end());
        int[] performed = {0};
        workers.execute(() -> performed[0]++);
        assertEquals(1, performed[0]);
    }

    /** A request of the last moment: it is an error, and the reset after it waits for nothing. */
    @Test
    void aDiskThatEndsLosesNoRequest() throws IOException {
        Workers workers = new Workers(128);
        BlockDevice device = new BlockDevice(Settings.USUAL, new NumberedImage(), workers, () -> 0);
        BlockDriver driver =
                new BlockDriver(Played.of(true, device)).start(BlockDriver.F_FLUSH, 1, 64);
        device.close();
        assertTrue(workers.end());
        assertEquals(1, driver.request(BlockDriver.FLUSH, 0, 0));
        driver.played.status(0);
    }
}
