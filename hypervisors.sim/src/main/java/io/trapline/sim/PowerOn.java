package io.trapline.sim;

import io.trapline.hypervisor.VmStop;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * One life of a machine, from power-on or reset to the next: its vCPUs, their threads, interrupts and posted
 * writes. A thread that is still in the core's hands when the machine is reset keeps its old life, and finds
 * there that it is over.
 */
final class PowerOn {
    /** Order: the vCPUs run. */
    static final int GO = 0;

    /** Order: no vCPU runs guest code. */
    static final int PAUSE = 1;

    /** Order: the vCPUs' threads leave the guest; the last order there is. */
    static final int STOP = 2;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    final SimMachine machine;
    final SimCpu[] cpus;
    final Interrupts interrupts;
    final PostedWrites posted = new PostedWrites();

    private final AtomicInteger running;
    private final AtomicBoolean reported = new AtomicBoolean();
    private volatile int order = GO;
    private volatile Thread pauser;
    private boolean begun;

    PowerOn(SimMachine machine, int vcpus) {
        this.machine = machine;
        this.interrupts = new Interrupts(vcpus);
        this.running = new AtomicInteger(vcpus);
        this.cpus = new SimCpu[vcpus];
        for (int id = 0; id < vcpus; id++) {
            cpus[id] = new SimCpu(this, id);
        }
    }

    int order() {
        return order;
    }

    /** Starts the threads, once. */
    void begin() throws IOException {
        if (begun) {
            return;
        }
        begun = true;
        try {
            for (SimCpu cpu : cpus) {
                cpu.thread().start();
            }
        } catch (OutOfMemoryError e) {
            order(STOP);
            leaveAll();
            throw new IOException(
                    "machine %s: cannot start %d threads: %s"
                            .formatted(machine.name(), cpus.length, e),
                    e);
        }
    }

    private synchronized boolean order(int next) {
        if (order == STOP) {
            return false;
        }
        order = next;
        return true;
    }

    /** Returns when no vCPU runs guest code. */
    void pause() throws IOException {
        pauser = Thread.currentThread();
        order(PAUSE);
        long deadline = patience();
        for (SimCpu cpu : cpus) {
            while (cpu.phase() == SimCpu.GUEST) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    resume();
                    throw new IOException(
                            "machine %s: vCPU %d makes no access for %d s, cannot pause it"
                                    .formatted(
                                            machine.name(),
                                            cpu.id(),
                                            TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS)));
                }
                LockSupport.parkNanos(this, left);
            }
        }
    }

    /** The pauser stores its order and then looks at the phases, a vCPU the other way round. */
    void leftGuest() {
        if (order == PAUSE) {
            LockSupport.unpark(pauser);
        }
    }

    void resume() {
        order(GO);
        for (SimCpu cpu : cpus) {
            LockSupport.unpark(cpu.thread());
        }
    }

    private void leaveAll() {
        for (SimCpu cpu : cpus) {
            machine.schedule().leave(cpu);
        }
    }

    /** After a change that vCPUs may wait for. */
    void wakeBlocked() {
        for (SimCpu cpu : cpus) {
            cpu.wakeIfBlocked();
        }
    }

    /**
     * Stops, and waits for the threads to end, one after the other.
     *
     * @param all false: those that are in the core's hands are left to themselves; they touch no slot
     */
    void end(boolean all) {
        order(STOP);
        long deadline = patience();
        for (SimCpu cpu : begun ? cpus : new SimCpu[0]) {
            machine.schedule().leave(cpu);
            if (all || cpu.phase() != SimCpu.SERVED) {
                join(cpu.thread(), deadline);
            }
        }
    }

    /** Whether no thread of it is left. */
    boolean isOver() {
        for (SimCpu cpu : cpus) {
            if (cpu.thread().isAlive()) {
                return false;
            }
        }
        return true;
    }

    /** False if the thread is still alive at the deadline. */
    static boolean join(Thread thread, long deadline) {
        if (thread == null || thread == Thread.currentThread()) {
            return true;
        }
        boolean interrupted = false;
        long left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
        while (thread.isAlive() && left > 0) {
            try {
                thread.join(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    static long patience() {
        return System.nanoTime() + PATIENCE_NANOS;
    }

    /** A script has returned. */
    void returned(SimCpu cpu) {
        if (running.decrementAndGet() == 0) {
            report(
                    new VmStop(
                            VmStop.Kind.SHUTDOWN,
                            cpu.id(),
                            "the script of guest " + machine.guestName() + " has ended",
                            Map.of()));
        }
    }

    /** A script has thrown: the others stop as well. */
    void died(SimCpu cpu, Throwable cause) {
        VmStop stop = new VmStop(VmStop.Kind.DIED, cpu.id(), oneLine(cause), Map.of());
        boolean first = order != STOP && reported.compareAndSet(false, true);
        order(STOP);
        leaveAll();
        if (first) {
            machine.events().stopped(stop);
        }
    }

    private void report(VmStop stop) {
        if (order != STOP && reported.compareAndSet(false, true)) {
            machine.events().stopped(stop);
        }
    }

    private static String oneLine(Throwable cause) {
        StringBuilder line = new StringBuilder(cause.toString().replaceAll("\\R", " "));
        StackTraceElement[] frames = cause.getStackTrace();
        for (int i = 0; i < Math.min(frames.length, 3); i++) {
            line.append(i == 0 ? " at " : ", ").append(frames[i]);
        }
        return line.toString();
    }
}
