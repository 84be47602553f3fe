package io.trapline.ioreq;

import java.util.concurrent.CountDownLatch;

/** Where a device stays until it is let go. */
final class Trap {
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    /** The device: does not come back, not for an interrupt either. */
    long enter(long value) {
        inside.countDown();
        boolean interrupted = false;
        while (true) {
            try {
                open.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return value;
    }

    /** Whether a device is inside, or was. */
    boolean isCaught() {
        return inside.getCount() == 0;
    }

    /** Returns when a device is inside. */
    void awaitCaught() {
        Await.until("a device is in the trap", this::isCaught);
    }

    /** Lets who is inside go, and whoever comes. */
    void open() {
        open.countDown();
    }
}
