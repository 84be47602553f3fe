package io.trapline.virtioblk;

import java.util.function.LongSupplier;

/**
 * Whether the host's disk answers at once, as far as the past can tell. Whoever performed a request says how long it
 * took, the workers too: a host that is slow does not get the baton to find out. Under the baton.
 */
final class HostSpeed {
    /** Each request of the past counts an eighth less than the one after it. */
    private static final int PAST = 8;

    /** The most that the baton is kept for the host's disk, on an average, nanoseconds. */
    private static final long AT_ONCE = 30_000;

    private final LongSupplier clock;
    private long usual; // nanoseconds

    /**
     * One that has seen nothing yet.
     *
     * @param clock nanoseconds of the host
     */
    HostSpeed(LongSupplier clock) {
        this.clock = clock;
    }

    /** What its clock says. From any thread. */
    long now() {
        return clock.getAsLong();
    }

    boolean isAtOnce() {
        return usual < AT_ONCE;
    }

    void note(long nanos) {
        usual += (nanos - usual) / PAST;
    }

    long usual() {
        return usual;
    }
}
