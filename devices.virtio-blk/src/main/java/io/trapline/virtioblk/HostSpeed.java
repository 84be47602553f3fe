package io.trapline.virtioblk;

import java.util.function.LongSupplier;

/**
 * Whether the host's disk answers at once, as far as that can be told: by what was performed under the baton, and by
 * that alone, for workers wait for each other too. A host that is slow is left to workers for some requests, and then
 * tried again. Under the baton.
 */
final class HostSpeed {
    /** Each request of the past counts an eighth less than the one after it. */
    private static final int PAST = 8;

    /** The most that the baton is kept for the host's disk, on an average, nanoseconds. */
    private static final long AT_ONCE = 30_000;

    /** What one request counts at most, nanoseconds: a thread that was preempted once says nothing of the disk. */
    private static final long MOST = 4 * AT_ONCE;

    /** To copy so many bytes takes a nanosecond, and is no waiting. */
    private static final int COPIED = 4;

    /** How many requests are left to workers before the next trial, at first and at most. */
    private static final int SHORTEST = 64, LONGEST = 8192;

    /** After so many at once in a row it begins with the shortest again. */
    private static final int GOOD_RUN = 256;

    private final LongSupplier clock;
    private long usual; // nanoseconds
    private int left; // to workers
    private int pause = SHORTEST; // the next
    private int run; // performed at once since the last pause

    /**
     * One that has seen nothing yet.
     *
     * @param clock nanoseconds of the host
     */
    HostSpeed(LongSupplier clock) {
        this.clock = clock;
    }

    long now() {
        return clock.getAsLong();
    }

    /** Whether the next is a trial, which tells nothing while it would wait for workers. */
    boolean isTrialDue() {
        return left == 0 && run == 0;
    }

    /** Whether the next request is to be performed at once. To be asked once for each. */
    boolean takeNext() {
        if (left == 0) {
            return true;
        }
        left--;
        return false;
    }

    /** What one that was performed at once has taken. */
    void note(long nanos, long bytes) {
        long waited = Math.max(0, nanos - bytes / COPIED);
        usual += (Math.min(waited, MOST) - usual) / PAST;
        if (usual > AT_ONCE) {
            usual = 0;
            run = 0;
            left = pause;
            pause = Math.min(2 * pause, LONGEST);
        } else if (++run >= GOOD_RUN) {
            pause = SHORTEST;
        }
    }

    /** How long a request has waited on an average lately, nanoseconds. */
    long usual() {
        return usual;
    }

    /** How many requests are for workers before the host is tried again. */
    int left() {
        return left;
    }
}
