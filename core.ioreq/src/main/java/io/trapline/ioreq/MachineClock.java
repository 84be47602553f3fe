package io.trapline.ioreq;

import io.trapline.hypervisor.MachineTime;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A machine's time and its timers. It stands still while the machine is paused. With a thread of its own it
 * follows a clock of the host; without one, {@link #expireDue} is called by who moves the clock ({@link DrivenTime}).
 */
final class MachineClock {
    private final LongSupplier source;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<DeviceTimer> queue =
            new PriorityQueue<>(Comparator.comparingLong(DeviceTimer::queuedDeadline));
    private volatile Phase phase = new Phase(false, 0);
    private boolean closed;

    /**
     * From one pause or resume to the next.
     *
     * @param offset running: machine time less the source's; standing still: machine time
     */
    private record Phase(boolean running, long offset) {}

    /**
     * A clock that stands at 0.
     *
     * @param source nanoseconds that never go back
     */
    MachineClock(LongSupplier source) {
        this.source = source;
    }

    /** Starts the thread that expires timers. */
    MachineClock threaded(String name) {
        Thread thread = new Thread(this::expireForEver, name);
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    long now() {
        while (true) {
            Phase now = phase;
            if (!now.running) {
                return now.offset;
            }
            long nanos = source.getAsLong();
            if (phase == now) {
                return nanos + now.offset;
            }
        }
    }

    void run() {
        lock.lock();
        try {
            if (!phase.running) {
                phase = new Phase(true, phase.offset - source.getAsLong());
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    void freeze() {
        lock.lock();
        try {
            if (phase.running) {
                phase = new Phase(false, now());
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            freeze();
            closed = true;
            queue.clear();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Puts a timer into the queue, or to another place in it. */
    void schedule(DeviceTimer timer, long deadline) {
        lock.lock();
        try {
            queue.remove(timer);
            timer.queuedDeadline(deadline);
            if (!closed) {
                queue.add(timer);
                if (queue.peek() == timer) {
                    changed.signal();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void unschedule(DeviceTimer timer) {
        lock.lock();
        try {
            queue.remove(timer);
        } finally {
            lock.unlock();
        }
    }

    /** The earliest deadline; {@link MachineTime#NEVER} if there is none, or while the time stands still. */
    long nextDeadline() {
        lock.lock();
        try {
            DeviceTimer first = queue.peek();
            return phase.running && first != null ? first.queuedDeadline() : MachineTime.NEVER;
        } finally {
            lock.unlock();
        }
    }

    /** Does something, unless the time stands still; it cannot be stopped meanwhile. */
    void ifRunning(Runnable task) {
        lock.lock();
        try {
            if (phase.running) {
                task.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Hands out the timers whose deadline has come, in order. */
    void expireDue(Consumer<DeviceTimer> expired) {
        for (DeviceTimer due = nextDue(); due != null; due = nextDue()) {
            expired.accept(due);
        }
    }

    private DeviceTimer nextDue() {
        lock.lock();
        try {
            DeviceTimer first = queue.peek();
            return phase.running && first != null && first.queuedDeadline() - now() <= 0
                    ? queue.poll()
                    : null;
        } finally {
            lock.unlock();
        }
    }

    private void expireForEver() {
        while (awaitDue()) {
            expireDue(DeviceTimer::expire);
        }
    }

    /** Waits until a deadline has come; false once closed. */
    private boolean awaitDue() {
        lock.lock();
        try {
            while (!closed) {
                DeviceTimer first = queue.peek();
                if (!phase.running || first == null) {
                    changed.awaitUninterruptibly();
                } else {
                    long left = first.queuedDeadline() - now();
                    if (left <= 0) {
                        return true;
                    }
                    try {
                        changed.await(left, TimeUnit.NANOSECONDS);
                    } catch (InterruptedException e) {
                        closed = true; // nobody interrupts this thread but to end it
                    }
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }
}
