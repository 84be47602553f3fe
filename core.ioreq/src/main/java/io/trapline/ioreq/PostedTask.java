package io.trapline.ioreq;

import java.util.concurrent.atomic.AtomicBoolean;

/** A task from outside, for the device of a board; used again where the device posts the same one again and again. */
final class PostedTask extends Work {
    private final DeviceBoard board;
    private final Runnable task;
    private final AtomicBoolean queued = new AtomicBoolean();

    PostedTask(DeviceBoard board, Runnable task) {
        this.board = board;
        this.task = task;
    }

    /** Takes it for a queue; false if it is for another task, or stands in one. */
    boolean take(Runnable wanted) {
        return task == wanted && queued.compareAndSet(false, true);
    }

    @Override
    void run(IoreqClient client) {
        IoreqClient now = board.bay().client();
        if (now != client) {
            now.post(this);
            return;
        }
        queued.set(false); // first, for the task may post itself
        if (!board.closed()) {
            board.contained(task, client);
        }
    }
}
