package io.trapline.virtioblk;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/** What workers have done and the baton has not given back yet. Nothing is allocated. */
final class Finished {
    private final AtomicReference<Request> newest = new AtomicReference<>();
    private volatile Thread waiter;

    /** Adds one; whether somebody has to be told, because nobody waits, nor was told before. From any thread. */
    boolean add(Request request) {
        Request before;
        do {
            before = newest.get();
            request.next = before;
        } while (!newest.compareAndSet(before, request));
        Thread waiting = waiter;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
        return waiting == null && before == null;
    }

    /**
     * Has the baton wait until nothing is with workers.
     *
     * @param giveBack gives back what is done, and says how many are not; called again and again
     */
    void await(IntSupplier giveBack) {
        boolean interrupted = false;
        waiter = Thread.currentThread();
        try {
            while (giveBack.getAsInt() > 0) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
        } finally {
            waiter = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Takes all, the oldest first; the others follow by {@link Request#next}. */
    Request takeAll() {
        Request first = newest.getAndSet(null);
        Request oldest = null;
        while (first != null) {
            Request next = first.next;
            first.next = oldest;
            oldest = first;
            first = next;
        }
        return oldest;
    }
}
