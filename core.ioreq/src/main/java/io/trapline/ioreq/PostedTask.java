package io.trapline.ioreq;

/** A task from outside, for the device of a board; used again for the next one. */
final class PostedTask extends Work {
    private final DeviceBoard board;
    private Runnable task;

    PostedTask(DeviceBoard board) {
        this.board = board;
    }

    /** Whoever took it from the spare ones has it to himself. */
    PostedTask of(Runnable next) {
        task = next;
        return this;
    }

    @Override
    void run(IoreqClient client) {
        IoreqClient now = board.bay().client();
        if (now != client) {
            now.post(this);
            return;
        }
        Runnable mine = task;
        task = null;
        board.spareTasks().give(this); // out of the queue: the task may post itself with it
        if (!board.closed()) {
            board.contained(mine, client);
        }
    }
}
