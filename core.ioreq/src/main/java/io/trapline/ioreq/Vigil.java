package io.trapline.ioreq;

import java.util.function.LongSupplier;

/**
 * How long a doorbell's thread watches for more before it sleeps again, and whether it pays at all: to wake a thread
 * costs more than the requests of a busy guest are apart, and to watch in vain costs a processor. By one thread.
 */
final class Vigil {
    /** About what it costs to wake a thread on an idle processor, and what QEMU's I/O threads wait, too. */
    private static final long MOST_NANOS = 50_000;

    /** So soon after the last ring another has come that a watch could have seen it, had nobody had to wake up. */
    private static final long SOON_NANOS = 4 * MOST_NANOS;

    /** Watches in vain, one after the other, until it is left for a while. */
    private static final int MOST_VAIN = 8;

    /** Rings, until it is tried again. */
    private static final int PAUSE = 200;

    private final LongSupplier nanos;
    private final boolean possible;
    private long ended;
    private long last;
    private boolean saw;
    private int vain;
    private int pause;

    /**
     * It has not rung yet.
     *
     * @param nanos the host's clock
     * @param processors how many the host has; the only one is the guest's
     */
    Vigil(LongSupplier nanos, int processors) {
        this.nanos = nanos;
        possible = processors > 1;
        ended = nanos.getAsLong() - SOON_NANOS;
    }

    /** It rang: whether to watch. */
    boolean begin() {
        long now = nanos.getAsLong();
        boolean soon = now - ended < SOON_NANOS;
        ended = now;
        if (!possible || !soon || pause > 0) {
            pause = Math.max(pause - 1, 0);
            return false;
        }
        last = now;
        saw = false;
        return true;
    }

    /** Whether to look once more. */
    boolean goesOn() {
        return nanos.getAsLong() - last < MOST_NANOS;
    }

    /** There was something to do. */
    void seen() {
        last = nanos.getAsLong();
        saw = true;
    }

    /** The watch is over. */
    void end() {
        ended = nanos.getAsLong();
        vain = saw ? 0 : vain + 1;
        if (vain == MOST_VAIN) {
            vain = 0;
            pause = PAUSE;
        }
    }
}
