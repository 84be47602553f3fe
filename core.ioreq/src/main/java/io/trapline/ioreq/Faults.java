package io.trapline.ioreq;

import io.trapline.machine.MachineEvent;

/** What the devices of one bay threw: counted, told now and then, and how much is too much. From any thread. */
final class Faults {
    /** More within {@link #WINDOW_NANOS} are too many. */
    static final int LIMIT = 100;

    private static final long WINDOW_NANOS = 1_000_000_000L;

    private final LiveMachine machine;
    private final String device;
    private long count; // guarded by this
    private long windowStart; // guarded by this
    private int inWindow; // guarded by this

    Faults(LiveMachine machine, String device) {
        this.machine = machine;
        this.device = device;
    }

    /** Notes one more; whether that was one too many. */
    boolean add(Throwable thrown) {
        long number;
        boolean tooMany;
        synchronized (this) {
            number = ++count;
            long now = System.nanoTime();
            if (now - windowStart > WINDOW_NANOS) {
                windowStart = now;
                inWindow = 0;
            }
            tooMany = ++inWindow == LIMIT;
        }
        if (Long.bitCount(number) == 1) {
            machine.event(
                    MachineEvent.Kind.FAULT, device, "fault " + number + ": " + trace(thrown));
        }
        return tooMany;
    }

    synchronized long count() {
        return count;
    }

    private static String trace(Throwable thrown) {
        StackTraceElement[] frames = thrown.getStackTrace();
        return text(thrown) + (frames.length == 0 ? "" : " at " + frames[0]);
    }

    /** What it says; its class, should that throw too: it is a plug-in's. */
    static String text(Throwable thrown) {
        try {
            return String.valueOf(thrown.toString());
        } catch (RuntimeException | Error e) {
            return thrown.getClass().getName();
        }
    }
}
