package io.trapline.ioreq;

import io.trapline.device.Timers;
import java.util.concurrent.atomic.AtomicBoolean;

/** A device's timer: an entry of the machine's clock, and the work that runs its task. */
final class DeviceTimer extends Work implements Timers.Timer {
    private final DeviceBoard board;
    private final MachineClock clock;
    private final Runnable task;
    private final AtomicBoolean queued = new AtomicBoolean();

    // Under the baton.
    private boolean armed;
    private long deadline;

    private long queuedDeadline; // under the clock's lock

    DeviceTimer(DeviceBoard board, MachineClock clock, Runnable task) {
        this.board = board;
        this.clock = clock;
        this.task = task;
    }

    @Override
    public void at(long deadline) {
        this.deadline = deadline;
        armed = true;
        if (!board.closed()) {
            clock.schedule(this, deadline);
        }
    }

    @Override
    public void cancel() {
        if (armed) {
            armed = false;
            clock.unschedule(this);
        }
    }

    @Override
    public boolean armed() {
        return armed;
    }

    @Override
    public long deadline() {
        return deadline;
    }

    long queuedDeadline() {
        return queuedDeadline;
    }

    void queuedDeadline(long nanos) {
        queuedDeadline = nanos;
    }

    /** The deadline has come: by the clock's thread. */
    void expire() {
        if (queued.compareAndSet(false, true)) {
            board.bay().client().post(this);
        }
    }

    /** The deadline has come: by who moves the clock, who goes on when the task has run, or does not get to it. */
    void expireAndWait(long patienceNanos) {
        if (queued.compareAndSet(false, true)) {
            board.bay().client().submit(this);
        }
        IoreqClient last;
        do { // it may follow its device to another client
            last = board.bay().client();
            if (last.waiting() != 0 && !settles(last, patienceNanos)) {
                return; // it hangs: who looks after devices that do will see it
            }
        } while (queued.get() || board.bay().client() != last);
    }

    /** Waits until a client has done what was in its queue; false: it does not come to that. */
    private static boolean settles(IoreqClient client, long patienceNanos) {
        try {
            client.call(null, () -> null, patienceNanos);
            return true;
        } catch (Exception e) {
            return false;
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
        if (armed && !board.closed() && deadline - clock.now() <= 0) {
            armed = false;
            board.contained(task, client);
        }
    }
}
