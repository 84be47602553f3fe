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

    private final Callable<T> task;
    private final AtomicInteger state = new AtomicInteger(WAITING);
    private final CountDownLatch done = new CountDownLatch(1);
    private T result;
    private Throwable failure;

    Call(Callable<T> task) {
        this.task = task;
    }

    @Override
    void run(IoreqClient client) {
        if (!state.compareAndSet(WAITING, STARTED)) {
            return;
        }
        try {
            result = task.call();
        } catch (Throwable e) { // a plug-in's code: whoever waits gets it
            failure = e;
        } finally {
            done.countDown();
        }
    }

    T result(IoreqClient client, long timeoutNanos) throws Exception {
        boolean interrupted = false;
        try {
            long deadline = System.nanoTime() + timeoutNanos;
            while (true) {
                try {
                    if (done.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        break;
                    }
                    boolean never = state.compareAndSet(WAITING, GIVEN_UP);
                    throw new TimeoutException(
                            "ioreq client "
                                    + client.name()
                                    + (never ? " is busy" : " hangs")
                                    + ": waited "
                                    + TimeUnit.NANOSECONDS.toMillis(timeoutNanos)
                                    + " ms");
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
