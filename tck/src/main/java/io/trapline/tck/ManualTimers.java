package io.trapline.tck;

import io.trapline.device.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Machine time that begins at 0 and moves only by {@link #advance} and {@link #jump}. Timers expire in the order
 * of their deadlines; of those with the same one, the one that was armed first. One thread.
 */
public final class ManualTimers implements Timers {
    /** So many expirations in a row without a nanosecond between them: a timer that would never end. */
    private static final int ENDLESS = 10_000;

    private final List<Manual> timers = new ArrayList<>();
    private long now;
    private long armings;
    private long expired;

    /** Time at 0, and no timer. */
    public ManualTimers() {}

    @Override
    public long now() {
        return now;
    }

    @Override
    public Timer timer(Runnable expired) {
        Manual timer = new Manual(Objects.requireNonNull(expired, "expired"));
        timers.add(timer);
        return timer;
    }

    /**
     * Time passes; each timer whose deadline comes expires at its deadline, those that are late at once.
     *
     * @param nanos how much, 0 or more; 0 runs those that are late
     * @throws IllegalArgumentException if time would go back, or past {@link Long#MAX_VALUE}
     * @throws AssertionError if a timer expires again and again at the same moment
     */
    public void advance(long nanos) {
        long end = later(nanos);
        int inARow = 0;
        for (Manual next = next(end); next != null; next = next(end)) {
            inARow = next.deadline > now ? 0 : inARow + 1;
            if (inARow > ENDLESS) {
                throw new AssertionError(
                        "a timer expired " + ENDLESS + " times at " + now + " ns: it never ends");
            }
            now = Math.max(now, next.deadline);
            next.armed = false;
            expired++;
            next.task.run();
        }
        now = end;
    }

    /**
     * Time passes, and no timer has had a chance to run yet: what a device sees whose client was busy.
     *
     * @param nanos how much, 0 or more
     * @throws IllegalArgumentException if time would go back, or past {@link Long#MAX_VALUE}
     */
    public void jump(long nanos) {
        now = later(nanos);
    }

    private long later(long nanos) {
        if (nanos < 0 || nanos > Long.MAX_VALUE - now) {
            throw new IllegalArgumentException(
                    "time goes forward only: now=" + now + " nanos=" + nanos);
        }
        return now + nanos;
    }

    private Manual next(long end) {
        Manual next = null;
        for (Manual timer : timers) {
            if (timer.armed && timer.deadline <= end && (next == null || timer.isBefore(next))) {
                next = timer;
            }
        }
        return next;
    }

    /** How many timers were made. */
    public int count() {
        return timers.size();
    }

    /** How many timers are armed. */
    public int armed() {
        int armed = 0;
        for (Manual timer : timers) {
            armed += timer.armed ? 1 : 0;
        }
        return armed;
    }

    /** How often a timer has expired, all of them together. */
    public long expired() {
        return expired;
    }

    /**
     * The nearest deadline, nanoseconds of machine time.
     *
     * @throws IllegalStateException if no timer is armed
     */
    public long deadline() {
        Manual next = next(Long.MAX_VALUE);
        if (next == null) {
            throw new IllegalStateException("no timer is armed");
        }
        return next.deadline;
    }

    private final class Manual implements Timer {
        private final Runnable task;
        private boolean armed;
        private long deadline;
        private long arming;

        Manual(Runnable task) {
            this.task = task;
        }

        boolean isBefore(Manual other) {
            return deadline < other.deadline || deadline == other.deadline && arming < other.arming;
        }

        @Override
        public void at(long when) {
            armed = true;
            deadline = when;
            arming = armings++;
        }

        @Override
        public void cancel() {
            armed = false;
        }

        @Override
        public boolean armed() {
            return armed;
        }

        @Override
        public long deadline() {
            return deadline;
        }
    }
}
