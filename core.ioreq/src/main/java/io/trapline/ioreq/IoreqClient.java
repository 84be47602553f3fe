package io.trapline.ioreq;

import io.trapline.machine.ClientMode;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Who answers the requests of some ranges, one at a time: a baton, and a queue for those who find it taken.
 *
 * <p>{@code accepted} counts the work that was accepted and is not finished. Who takes it from 0 to 1 holds
 * the baton until he brings it back to 0; everybody else first pushes his work, then counts it, and goes: it
 * is then run by the holder. So no work is ever left behind, and nobody waits for the baton.
 *
 * <p>A holder that does not come back is given up: the client gets an heir, who takes the queue. The holder
 * finds that out when it looks for its next work.
 */
final class IoreqClient {
    /** Work that a borrowed thread does for others before it hands the baton to a worker. */
    private static final int DRAIN_LIMIT = 64;

    private static final long LONGEST_LATENCY_NANOS = 60_000_000_000L;
    private static final VarHandle ACCEPTED;
    private static final VarHandle INCOMING;
    private static final VarHandle CURRENT;
    private static final VarHandle SERVING;
    private static final VarHandle OCCUPANT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ACCEPTED = lookup.findVarHandle(IoreqClient.class, "accepted", int.class);
            INCOMING = lookup.findVarHandle(IoreqClient.class, "incoming", Work.class);
            SERVING = lookup.findVarHandle(IoreqClient.class, "serving", boolean.class);
            CURRENT = lookup.findVarHandle(IoreqClient.class, "current", Request.class);
            OCCUPANT = lookup.findVarHandle(IoreqClient.class, "occupant", DeviceBoard.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final Executor workers;
    private final Runnable drainer = () -> drain(Integer.MAX_VALUE);
    private final ConcurrentHistogram latencies = new ConcurrentHistogram(LONGEST_LATENCY_NANOS, 2);

    private volatile int accepted;
    private volatile Work incoming; // pushed, newest first
    private volatile DedicatedThread thread; // null: inline
    private volatile IoreqClient heir; // null: nobody has given this one up

    private Work ready; // in order of arrival; guarded by this
    private boolean halted; // guarded by this
    private boolean left; // halted, and nobody works with the baton any more; guarded by this
    private boolean deferred; // under the baton

    // Under the baton; read racily by who wonders why it is not free.
    private Request current; // the last, unless serving

    @SuppressWarnings("UnusedVariable") // by SERVING only
    private boolean serving;

    @SuppressWarnings("UnusedVariable") // by OCCUPANT only
    private DeviceBoard occupant;

    private long tasks; // how often a device was
    private long patience; // nanoseconds, of who waits for it

    // Written under the baton, read racily.
    private long reads;
    private long writes;
    private long faults;

    /**
     * An inline client.
     *
     * @param name for administrators and thread names
     * @param workers runs what arrives from outside while nobody holds the baton
     */
    IoreqClient(String name, Executor workers) {
        this.name = name;
        this.workers = workers;
    }

    String name() {
        return name;
    }

    ClientMode mode() {
        return thread == null ? ClientMode.INLINE : ClientMode.DEDICATED;
    }

    /** Changes whose thread answers, from the next request that finds the baton free. */
    synchronized void mode(ClientMode mode) {
        DedicatedThread old = thread;
        if (mode == ClientMode.DEDICATED && old == null) {
            DedicatedThread fresh = new DedicatedThread("trapline-client-" + name, this);
            fresh.start();
            thread = fresh;
        } else if (mode == ClientMode.INLINE && old != null) {
            thread = null;
            old.finish();
        }
    }

    /** Runs a request at once if the baton is free and the client is inline; else queues it. */
    void submit(Work work) {
        if (thread == null && ACCEPTED.compareAndSet(this, 0, 1)) {
            work.run(this);
            if ((int) ACCEPTED.getAndAdd(this, -1) != 1) {
                drain(DRAIN_LIMIT);
            }
        } else {
            enqueue(work, true);
        }
    }

    /**
     * Runs work at once if the baton is free and the client is inline, and nothing else: what has come meanwhile is
     * another thread's. For who is inside a device of another client, which would be kept from coming back.
     */
    void runAlone(Work work) {
        if (thread == null && ACCEPTED.compareAndSet(this, 0, 1)) {
            work.run(this);
            if ((int) ACCEPTED.getAndAdd(this, -1) != 1) {
                handOver();
            }
        } else {
            enqueue(work, false);
        }
    }

    /** Queues work that another thread may run: a worker, if nobody holds the baton. */
    void post(Work work) {
        enqueue(work, false);
    }

    private void enqueue(Work work, boolean here) {
        push(work);
        if ((int) ACCEPTED.getAndAdd(this, 1) == 0) {
            if (here && thread == null) {
                drain(DRAIN_LIMIT);
            } else {
                handOver();
            }
        }
        if (heir != null) {
            passOn();
        }
    }

    /** Who holds the baton gives it to the thread that is to work. */
    private void handOver() {
        DedicatedThread dedicated = thread;
        if (dedicated == null || !dedicated.grant()) {
            workers.execute(drainer);
        }
    }

    private void push(Work work) {
        Work newest;
        do {
            newest = incoming;
            work.next = newest;
        } while (!INCOMING.compareAndSet(this, newest, work));
    }

    /** Runs what is queued until nothing is; holds the baton on entry. */
    void drain(int limit) {
        for (int left = limit; ; left--) {
            if (left == 0) {
                workers.execute(drainer);
                return;
            }
            Work next = take();
            if (next == null) {
                return;
            }
            next.run(this);
            if ((int) ACCEPTED.getAndAdd(this, -1) == 1) {
                return;
            }
        }
    }

    /**
     * The oldest in the queue: what is counted has been pushed, so there is one; null: it is the heir's, or is
     * to wait. The lock is free but for who gives this client up.
     */
    private synchronized Work take() {
        if (heir != null || halted) {
            left = true;
            return null;
        }
        if (ready == null) {
            ready = arrived();
        }
        Work oldest = ready;
        ready = oldest.next;
        oldest.next = null;
        return oldest;
    }

    /** What was pushed since the last time, in order of arrival. */
    private Work arrived() {
        Work newest = (Work) INCOMING.getAndSet(this, (Work) null);
        Work first = null;
        while (newest != null) {
            Work older = newest.next;
            newest.next = first;
            first = newest;
            newest = older;
        }
        return first;
    }

    /** Stands in the queue of a client that is halted, so that its baton is not free. */
    private static final class Halt extends Work {
        @Override
        void run(IoreqClient client) {
            // going on
        }
    }

    /**
     * From when this returns no work is begun: what runs is the last, until {@link #goOn} or for ever. By one
     * thread at a time, which does not hold the baton.
     */
    void halt() {
        synchronized (this) {
            halted = true;
        }
        push(new Halt());
        if ((int) ACCEPTED.getAndAdd(this, 1) == 0) {
            synchronized (this) {
                left = true;
            }
        }
    }

    /** Ends what {@link #halt} began. */
    void goOn() {
        boolean free;
        synchronized (this) {
            halted = false;
            free = left;
            left = false;
        }
        if (free) {
            handOver();
        }
    }

    /** The holder of the baton does not come back: from now on another does the work. */
    void giveUp(IoreqClient heir) {
        synchronized (this) {
            this.heir = heir;
        }
        passOn();
    }

    /** Hands the heir what is in the queue. */
    private void passOn() {
        Work before;
        Work after;
        synchronized (this) {
            before = ready;
            ready = null;
            after = arrived();
        }
        passOn(before);
        passOn(after);
    }

    private void passOn(Work first) {
        for (Work work = first; work != null; ) {
            Work next = work.next;
            work.next = null;
            if (!(work instanceof Halt)) {
                heir.post(work);
            }
            work = next;
        }
    }

    /**
     * Has a task run under the baton and waits for its result. Not from under this baton, and not on this
     * thread, which it could keep for ever, unless the caller would wait that long.
     *
     * @param of whose code it is
     * @param task what to run
     * @param timeoutNanos how long to wait for the baton and the task
     * @return its result
     * @throws Call.Busy if the baton was not free in time: the task will not run
     * @throws TimeoutException if the task hangs
     * @throws Exception what the task throws
     */
    <T> T call(DeviceBoard of, Callable<T> task, long timeoutNanos) throws Exception {
        Call<T> call = new Call<>(of, task, timeoutNanos);
        enqueue(call, timeoutNanos == Patience.FOR_EVER);
        return call.result(this);
    }

    /** The request being served; null: none. From other threads than the baton's, a hint. */
    Request current() {
        return (boolean) SERVING.getAcquire(this) ? (Request) CURRENT.getAcquire(this) : null;
    }

    /** A handler is entered. Under the baton. */
    void enter(Request request) {
        if (current != request) { // mostly the same as last time: the collector's barrier is spared
            CURRENT.setRelease(this, request);
        }
        SERVING.setRelease(this, true);
    }

    /**
     * The code of a device is entered, not by a request. Under the baton.
     *
     * @param by whose; null: nobody's
     * @param patienceNanos how long somebody waits for it; 0: nobody does
     */
    void occupied(DeviceBoard by, long patienceNanos) {
        tasks++;
        patience = patienceNanos;
        OCCUPANT.setRelease(this, by);
    }

    /** That code is left. Under the baton. */
    void vacated() {
        OCCUPANT.setRelease(this, (DeviceBoard) null);
    }

    /** What runs under the baton; null: nothing of a device. From any thread, a hint. */
    Occupation occupation() {
        Request request = current();
        if (request == null) {
            DeviceBoard by = (DeviceBoard) OCCUPANT.getAcquire(this);
            return by == null ? null : new Occupation(by, null, tasks, patience);
        }
        DeferredAnswer answer = deferred ? request.deferral() : null;
        if (answer != null) { // the request may be answered, and the object be used for the next
            return new Occupation(answer.board(), request, answer.token(), 0);
        }
        DeviceClaim claim = request.mapping().claim;
        return claim == null ? null : new Occupation(claim.board(), request, request.token(), 0);
    }

    /** Whose code runs under the baton; null: nobody's. From any thread, a hint. */
    DeviceBoard occupant() {
        Occupation now = occupation();
        return now == null ? null : now.board();
    }

    /** A handler has returned; whether it took over the answer. Under the baton. */
    boolean leave() {
        SERVING.setRelease(this, false);
        boolean later = deferred;
        if (later) {
            deferred = false;
        }
        return later;
    }

    /** The handler takes over the answer. Under the baton. */
    void defer() {
        deferred = true;
    }

    void countRead() {
        reads++;
    }

    void countWrite() {
        writes++;
    }

    void countFault() {
        faults++;
    }

    /** Notes how long a request took; from any thread. */
    void latency(long nanos) {
        latencies.recordValue(Math.max(0, Math.min(nanos, LONGEST_LATENCY_NANOS)));
    }

    long reads() {
        return reads;
    }

    long writes() {
        return writes;
    }

    long faults() {
        return faults;
    }

    /** Work accepted and not finished, what runs now included. */
    int waiting() {
        return accepted;
    }

    ConcurrentHistogram latencies() {
        return latencies;
    }

    /** The client's thread, if it has one, ends once it has nothing to do. */
    void close() {
        mode(ClientMode.INLINE);
    }
}
