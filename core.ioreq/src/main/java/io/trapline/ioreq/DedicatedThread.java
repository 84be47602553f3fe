package io.trapline.ioreq;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** An ioreq client's own thread: sleeps until it is granted the baton, then runs what is queued. */
final class DedicatedThread extends Thread {
    private static final int IDLE = 0;
    private static final int GRANTED = 1;
    private static final int FINISHED = 2;

    private final IoreqClient client;
    private final AtomicInteger state = new AtomicInteger(IDLE);
    private volatile boolean finishing;

    DedicatedThread(String name, IoreqClient client) {
        super(name);
        this.client = client;
        setDaemon(true);
    }

    /** Hands the baton to this thread; false if it has finished, and the baton stays with the caller. */
    boolean grant() {
        if (!state.compareAndSet(IDLE, GRANTED)) {
            return false;
        }
        LockSupport.unpark(this);
        return true;
    }

    /** Ends the thread once it has done what it was granted. */
    void finish() {
        finishing = true;
        state.compareAndSet(IDLE, FINISHED);
        LockSupport.unpark(this);
    }

    /** Takes the grant before it drains: the baton is free before {@code drain} returns, and may come again. */
    @Override
    public void run() {
        while (state.get() != FINISHED) {
            if (state.compareAndSet(GRANTED, IDLE)) {
                client.drain(Integer.MAX_VALUE);
                if (finishing) {
                    state.compareAndSet(IDLE, FINISHED);
                }
            } else {
                LockSupport.park(this);
            }
        }
    }
}
