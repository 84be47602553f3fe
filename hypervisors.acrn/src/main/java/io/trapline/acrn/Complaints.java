package io.trapline.acrn;

import java.lang.System.Logger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Failures of calls that have nobody to throw to, told to the log: the first of each kind, then the second, the
 * fourth, the eighth, so that a guest cannot fill it.
 */
final class Complaints {
    private static final Logger LOG = System.getLogger("io.trapline.acrn");

    private final AtomicLongArray counts = new AtomicLongArray(Ioctl.values().length);

    void add(Ioctl ioctl, String message) {
        long count = counts.incrementAndGet(ioctl.ordinal());
        if (Long.bitCount(count) == 1) {
            LOG.log(Logger.Level.WARNING, message + (count == 1 ? "" : " (" + count + " times)"));
        }
    }
}
