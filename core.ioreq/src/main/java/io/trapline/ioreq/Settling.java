package io.trapline.ioreq;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A place has become free, and a function of this board waits for one. At once, if the baton of its client is free: the
 * guest that has moved one device out of the way of another finds that other there with its next access.
 */
final class Settling extends Work {
    private final DeviceBoard board;
    private final Runnable settle;
    private final AtomicBoolean queued = new AtomicBoolean();

    Settling(DeviceBoard board, Runnable settle) {
        this.board = board;
        this.settle = settle;
    }

    /** From any thread. */
    void look() {
        if (queued.compareAndSet(false, true)) {
            board.bay().client().runAlone(this);
        }
    }

    @Override
    void run(IoreqClient client) {
        IoreqClient now = board.bay().client();
        if (now != client) {
            now.post(this);
            return;
        }
        queued.set(false);
        board.contained(settle, client);
    }
}
