package io.trapline.ioreq;

import java.util.concurrent.TimeUnit;

/** Waits for a client's own thread; gives up after a while, and what is left shows in the result. */
final class Drained {
    private Drained() {}

    static void await(IoreqClient client) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (client.waiting() != 0 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }
}
