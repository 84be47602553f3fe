package io.trapline.ioreq;

/** A task from outside, for the device of a board. */
final class PostedTask extends Work {
    private final DeviceBoard board;
    private final Runnable task;

    PostedTask(DeviceBoard board, Runnable task) {
        this.board = board;
        this.task = task;
    }

    @Override
    void run(IoreqClient client) {
        IoreqClient now = board.bay().client();
        if (now != client) {
            now.post(this);
        } else if (!board.closed()) {
            board.contained(task, client);
        }
    }
}
