package io.trapline.ioreq;

import java.util.concurrent.CountDownLatch;

/** Where a device stays until it is let go. */
final class Trap {
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    /** The device: does not come back, not for an interrupt either. */
    long enter(long value) {
        inside.countDown();
        await(open);
        return value;
    }

    /** Returns when a device is inside. */
    void awaitCaught() {
        await(inside);
    }

    /** Lets who is inside go, and whoever comes. */
    void open() {
        open.countDown();
    }

    private static void await(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
