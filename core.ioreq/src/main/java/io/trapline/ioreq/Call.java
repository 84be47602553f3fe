package io.trapline.ioreq;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** A task under a baton that somebody waits for. Who gives up waiting before it started has it not run. */
final class Call<T> extends Work {
    private static final int WAITING = 0;
    private static final int STARTED = 1;
    private static final int GIVEN_UP = 2;

    /** The baton was not free in time: the task has not run and will not. */
    static final class Busy extends TimeoutException {
        private static final long serialVersionUID = 1;

        Busy(String message) {
            super(message);
        }
    }

    private final DeviceBoard of;
    private final Callable<T> task;
    private final long timeoutNanos;
    private final AtomicInteger state = new AtomicInteger(WAITING);
    private final CountDownLatch done = new CountDownLatch(1);
    private T result;
    private Throwable failure;

    /**
     * A call that waits.
     *
     * @param of whose code it is; null: ours only
     * @param task what to run
     * @param timeoutNanos how long somebody waits for it
     */
    Call(DeviceBoard of, Callable<T> task, long timeoutNanos) {
        this.of = of;
        this.task = task;
        this.timeoutNanos = timeoutNanos;
    }

    @Override
    void run(IoreqClient client) {
        if (!state.compareAndSet(WAITING, STARTED)) {
            return;
        }
        client.occupied(of, timeoutNanos);
        try {
            result = task.call();
        } catch (Throwable e) { // a plug-in's code: whoever waits gets it
            failure = e;
        } finally {
            client.vacated();
            done.countDown();
        }
    }

    T result(IoreqClient client) throws Exception {
        boolean interrupted = false;
        try {
            long start = System.nanoTime();
            while (true) {
                try {
                    long left = timeoutNanos - (System.nanoTime() - start);
                    if (done.await(left, TimeUnit.NANOSECONDS)) {
                        break;
                    }
                    boolean never = state.compareAndSet(WAITING, GIVEN_UP);
                    String message =
                            "ioreq client "
                                    + client.name()
                                    + (never ? " is busy" : " hangs")
                                    + ": waited "
                                    + TimeUnit.NANOSECONDS.toMillis(timeoutNanos)
                                    + " ms";
                    throw never ? new Busy(message) : new TimeoutException(message);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (failure instanceof Exception e) {
            throw e;
        } else if (failure instanceof Error e) {
            throw e;
        }
        return result;
    }
}
