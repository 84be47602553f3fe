package io.trapline.sim;

import io.trapline.hypervisor.Registration;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Places whose writes signal and never become requests, as KVM's ioeventfd does: type, address and width must
 * be the same, and the value where one is wanted. Whoever listens is called by one thread of its own, started
 * with the first doorbell; in a deterministic machine by {@link #deliver}.
 */
final class Doorbells {
    private static final Logger LOG = System.getLogger(Doorbells.class.getName());

    private final String threadName;
    private final boolean deterministic;
    private volatile Bell[] bells = {};
    private volatile boolean closed;
    private Thread thread;

    Doorbells(String machine, boolean deterministic) {
        this.threadName = "sim-" + machine + "-doorbells";
        this.deterministic = deterministic;
    }

    synchronized Registration add(
            int type, long address, int width, OptionalLong match, Runnable rung) {
        if (width < 1 || width > 8 || Integer.bitCount(width) != 1) {
            throw new IllegalArgumentException("doorbell: width=" + width + ", wanted 1, 2, 4, 8");
        }
        Bell bell = new Bell(type, address, width, match.isEmpty(), match.orElse(0), rung);
        List<Bell> more = new ArrayList<>(List.of(bells));
        more.add(bell);
        bells = more.toArray(Bell[]::new);
        if (thread == null && !deterministic && !closed) {
            thread = new Thread(this::listen, threadName);
            thread.setDaemon(true);
            thread.start();
        }
        return () -> remove(bell);
    }

    private synchronized void remove(Bell bell) {
        List<Bell> rest = new ArrayList<>(List.of(bells));
        rest.remove(bell);
        bells = rest.toArray(Bell[]::new);
    }

    /** Signals if the write is to a doorbell; false if it is to become a request. By a vCPU's thread. */
    boolean ring(int type, long address, int width, long value) {
        boolean rang = false;
        for (Bell bell : bells) {
            if (bell.matches(type, address, width, value)) {
                bell.pending.set(true);
                rang = true;
            }
        }
        if (rang && !deterministic) {
            wake();
        }
        return rang;
    }

    private synchronized void wake() {
        LockSupport.unpark(thread);
    }

    /** Whether {@link #deliver} has something to do. */
    boolean pending() {
        for (Bell bell : bells) {
            if (bell.pending.get()) {
                return true;
            }
        }
        return false;
    }

    /** Tells the listener of the first doorbell that was rung; false if there is none. */
    boolean deliver() {
        for (Bell bell : bells) {
            if (bell.pending.getAndSet(false)) {
                bell.call();
                return true;
            }
        }
        return false;
    }

    /**
     * The permit of {@code unpark} is not lost: who rings sets {@code pending} first and unparks then, so a
     * look that came too early is followed by a {@code park} that returns at once.
     */
    private void listen() {
        while (!closed) {
            if (!deliver()) {
                LockSupport.park(this);
            }
        }
    }

    /** Ends the thread; the one to wait for, or null. */
    synchronized Thread close() {
        closed = true;
        LockSupport.unpark(thread);
        return thread;
    }

    private static final class Bell {
        private final int type;
        private final long address;
        private final int width;
        private final boolean any;
        private final long match;
        private final Runnable rung;
        private final AtomicBoolean pending = new AtomicBoolean();
        private boolean failed;

        Bell(int type, long address, int width, boolean any, long match, Runnable rung) {
            this.type = type;
            this.address = address;
            this.width = width;
            this.any = any;
            this.match = match & SimCpu.mask(width);
            this.rung = rung;
        }

        boolean matches(int type, long address, int width, long value) {
            return this.type == type
                    && this.address == address
                    && this.width == width
                    && (any || match == value);
        }

        /** A listener that throws must not end the thread for the others; it is reported once. */
        void call() {
            try {
                rung.run();
            } catch (RuntimeException | AssertionError | LinkageError e) {
                if (!failed) {
                    failed = true;
                    LOG.log(Level.ERROR, "doorbell 0x" + Long.toHexString(address), e);
                }
            }
        }
    }
}
