package io.trapline.virtioblk;

import io.trapline.device.Inspector;
import io.trapline.device.Timers;

/**
 * The limits of a disk's rate, in the machine's time. A request that must wait stays in the driver's ring: nothing
 * grows, nothing is in flight, and a reset forgets it. Under the baton.
 */
final class Throttle {
    private final Timers timers;
    private final Timers.Timer timer;
    private Limits limits;
    private TokenBucket operations;
    private TokenBucket bytes;
    private boolean limited;
    private long waits;

    /**
     * No limits yet.
     *
     * @param free called when there is something to spend again, after {@link #admits} said no
     */
    Throttle(Timers timers, Runnable free) {
        this.timers = timers;
        timer = timers.timer(free);
        limits(Limits.NONE);
    }

    /** From now on. Who waits is to ask again. */
    void limits(Limits wanted) {
        long now = timers.now();
        limits = wanted;
        limited = wanted.operations() != 0 || wanted.bytes() != 0;
        operations = new TokenBucket(wanted.operations(), wanted.operationsBurst(), now);
        bytes = new TokenBucket(wanted.bytes(), wanted.bytesBurst(), now);
        timer.cancel();
    }

    /** A successor begins without a burst: to configure a disk anew gives its guest nothing. */
    void drain() {
        operations.drain(timers.now());
        bytes.drain(timers.now());
    }

    /** Whether a request may begin; if not, somebody is called once it may. */
    boolean admits() {
        if (!limited) {
            return true;
        }
        long now = timers.now();
        long wait = Math.max(operations.due(now), bytes.due(now));
        if (wait > 0 && !timer.armed()) {
            waits++;
            timer.at(now + wait);
        }
        return wait == 0;
    }

    /** A request has begun. */
    void spend(long count) {
        operations.take(1);
        bytes.take(count);
    }

    void inspect(Inspector out) {
        Inspector group = out.group("limits");
        group.number("operations a second", limits.operations());
        group.number("operations at hand", operations.level());
        group.number("bytes a second", limits.bytes());
        group.number("bytes at hand", bytes.level());
        group.number("waits", waits);
    }
}
