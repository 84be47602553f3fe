package io.trapline.ioreq;

import java.util.concurrent.TimeUnit;

/**
 * How long a device may keep others waiting before it counts as hung.
 *
 * @param batonNanos for its client's baton
 * @param installNanos while it installs itself: it may open files and sockets
 * @param stateNanos while it saves its state or is reset: it may wait for what the host has begun for it
 */
record Patience(long batonNanos, long installNanos, long stateNanos) {
    static final long FOR_EVER = Long.MAX_VALUE;

    static final Patience USUAL =
            new Patience(TimeUnit.SECONDS.toNanos(2), TimeUnit.SECONDS.toNanos(10));

    /** With as much for its state as for its installation. */
    Patience(long batonNanos, long installNanos) {
        this(batonNanos, installNanos, installNanos);
    }

    /** For its state no less than guests have that wait for its successor. */
    Patience holding(long holdNanos) {
        return new Patience(batonNanos, installNanos, Math.max(stateNanos, holdNanos));
    }
}
