package io.trapline.ioreq;

import java.util.concurrent.TimeUnit;

/**
 * How long a device may keep others waiting before it counts as hung.
 *
 * @param batonNanos for its client's baton
 * @param installNanos while it installs itself: it may open files and sockets
 */
record Patience(long batonNanos, long installNanos) {
    static final long FOR_EVER = Long.MAX_VALUE;

    static final Patience USUAL =
            new Patience(TimeUnit.SECONDS.toNanos(2), TimeUnit.SECONDS.toNanos(10));
}
