package io.trapline.acrn;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.VmEvents;
import io.trapline.linux.Kick;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Waits on the HSM for requests, takes each exactly once, and hands it to the core.
 *
 * <p><b>Exactly once.</b> A slot is marked {@link #TAKEN} before the core hears of it, and unmarked when the
 * notification of its completion has returned: by then the driver has stored COMPLETE, so PROCESSING in an
 * unmarked slot is always a request that nobody has seen. A request that comes before the mark is gone is found
 * a moment later, since ATTACH does not wait while one is outstanding. The driver completes whatever slot it is
 * told to, so only who finds the mark {@link #TAKEN} may tell it.
 *
 * <p><b>No spinning.</b> For the same reason ATTACH is of no use while a device keeps a request: then the thread
 * looks at the slots, sleeps, longer each time it finds nothing, and is woken when the last request is answered.
 *
 * <p><b>Out before DESTROY.</b> A client that is destroyed while a thread waits on it is used after it was
 * freed, in the kernel. A signal takes the thread out, again and again until it says so: one that arrives just
 * before the call is lost.
 */
final class Attach {
    /** The marks of a slot: nobody has it, the core has it, its answer is being told, a reset dropped it. */
    private static final int IDLE = 0, TAKEN = 1, ANSWERED = 2, FORGOTTEN = 3;

    private static final long SHORTEST_NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST_NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Looks in vain before the first nap: a dedicated client is mostly done by then. */
    private static final int LOOKS = 8;

    /** How long a thread that is in the core's hands is waited for. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final HsmFile file;
    private final VmEvents events;
    private final Consumer<String> died;
    private final String name;
    private final IoRequestSlot[] slots;
    private final AtomicIntegerArray marks;
    private final List<Round> rounds = new CopyOnWriteArrayList<>(); // of threads that live
    private volatile Round current;
    private volatile boolean held;
    private volatile boolean ended;

    /**
     * Nothing happens before {@link #begin}.
     *
     * @param died told why, when no request will ever be taken again
     * @param name of the thread
     * @param slots one a vCPU
     */
    Attach(
            HsmFile file,
            VmEvents events,
            Consumer<String> died,
            String name,
            IoRequestSlot[] slots) {
        this.file = file;
        this.events = events;
        this.died = died;
        this.name = name;
        this.slots = slots;
        this.marks = new AtomicIntegerArray(slots.length);
    }

    /** Begins to wait, by a new thread; one that did so before ends when it comes back. */
    synchronized void begin() {
        Round round = new Round();
        rounds.add(round);
        current = round;
        round.thread.start();
    }

    /** A device holds one of the core's threads: if it is ours, another takes its place. From any thread. */
    synchronized void threadLost() {
        Round round = current;
        if (round != null && round.serving && !ended && Thread.currentThread() != round.thread) {
            begin();
        }
    }

    /** Whether the driver may be told that a request is answered: once for each that was taken. */
    boolean answered(int vcpu) {
        return marks.compareAndSet(vcpu, TAKEN, ANSWERED);
    }

    /** The driver has been told, and has completed the slot. From any thread. */
    void completed(int vcpu) {
        marks.compareAndSet(vcpu, ANSWERED, IDLE);
        Round round = current;
        if (round.napping && !outstanding()) {
            LockSupport.unpark(round.thread);
        }
    }

    /**
     * Takes no more requests until {@link #release}, and forgets those that are not answered. When this returns
     * none is between its slot and the core.
     */
    void hold() {
        held = true;
        await(() -> current == null || !current.serving);
        for (int vcpu = 0; vcpu < marks.length(); vcpu++) {
            marks.compareAndSet(vcpu, TAKEN, FORGOTTEN);
        }
    }

    /** Takes requests again. The slots are FREE. */
    void release() {
        for (int vcpu = 0; vcpu < marks.length(); vcpu++) {
            marks.set(vcpu, IDLE);
        }
        held = false;
    }

    /** Gets every thread out of ATTACH, for good. One that a device holds is out, and never goes back. */
    void end() {
        ended = true;
        boolean interrupted = false;
        for (Round round : rounds) {
            while (round.attached) {
                Kick.thread(round.tid);
                LockSupport.parkNanos(SHORTEST_NAP_NANOS);
                interrupted |= Thread.interrupted(); // else the next park would not wait
            }
        }
        await(() -> current == null || !current.serving);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a condition, but not for ever, and not for itself. */
    private void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        boolean interrupted = false;
        while (!condition.getAsBoolean()
                && Thread.currentThread() != current.thread
                && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(SHORTEST_NAP_NANOS);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean outstanding() {
        for (int vcpu = 0; vcpu < marks.length(); vcpu++) {
            int mark = marks.get(vcpu);
            if (mark == TAKEN || mark == ANSWERED) {
                return true;
            }
        }
        return false;
    }

    private static boolean asks(IoRequestSlot slot) {
        return slot.state() == IoRequestSlot.PROCESSING && !slot.kernelHandled();
    }

    /** A thread that waits and takes. */
    private final class Round implements Runnable {
        private final Thread thread = new Thread(null, this, name);
        private volatile int tid;

        /** In ATTACH, or about to be. */
        private volatile boolean attached;

        /** Between a slot and the core, or in the core's hands. */
        private volatile boolean serving;

        /** Asleep until the last request is answered, or until it is time to look again. */
        private volatile boolean napping;

        private int vain; // looks since something was found
        private long nap;

        Round() {
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            tid = Kick.join();
            try {
                while (goesOn() && attach()) {
                    take();
                }
            } catch (Throwable e) { // the core never throws, and an Error is not to vanish
                died.accept("the thread that waits for requests failed: " + e);
            } finally {
                rounds.remove(this);
            }
        }

        private boolean goesOn() {
            return !ended && current == this;
        }

        /** Returns when there may be something to take; false: there never will be. */
        private boolean attach() {
            if (vain >= LOOKS) {
                nap();
            }
            if (outstanding()) {
                Thread.onSpinWait();
                return true; // it would not wait
            }
            attached = true;
            int errno = ended ? 0 : file.attach(); // ended is set before attached is read
            attached = false;
            if (errno != 0 && !ended) {
                died.accept(file.refused(Ioctl.ATTACH_IOREQ_CLIENT, "", errno).getMessage());
            }
            return errno == 0;
        }

        private void nap() {
            nap = Math.min(Math.max(2 * nap, SHORTEST_NAP_NANOS), LONGEST_NAP_NANOS);
            boolean waits = outstanding();
            napping = waits;
            if (!waits || outstanding()) {
                LockSupport.parkNanos(this, nap);
            }
            napping = false;
            Thread.interrupted(); // by a device, and not meant for us; the next park would not wait
        }

        private void take() {
            vain++;
            for (int vcpu = 0; vcpu < slots.length && goesOn(); vcpu++) {
                if (marks.get(vcpu) == IDLE && asks(slots[vcpu])) {
                    serving = true;
                    boolean mine = !held && marks.compareAndSet(vcpu, IDLE, TAKEN);
                    if (mine) { // held is set before serving is read
                        serve(vcpu);
                    }
                    serving = false;
                }
            }
        }

        private void serve(int vcpu) {
            if (asks(slots[vcpu])) {
                vain = 0;
                nap = 0;
                events.request(vcpu);
            } else {
                marks.set(vcpu, IDLE); // another thread of ours was faster
            }
        }
    }
}
