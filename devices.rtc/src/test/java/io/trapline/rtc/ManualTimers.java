package io.trapline.rtc;

import io.trapline.device.Timers;
import java.util.ArrayList;
import java.util.List;

/** Time that moves only by {@link #advance}; timers expire on their deadline, in order. */
final class ManualTimers implements Timers {
    private final List<Manual> timers = new ArrayList<>();
    private long now;
    int expired;

    /** Timers that are armed. */
    long armed() {
        return timers.stream().filter(timer -> timer.armed).count();
    }

    /** The nearest deadline. */
    long deadline() {
        return timers.stream()
                .filter(timer -> timer.armed)
                .mapToLong(t -> t.deadline)
                .min()
                .orElseThrow();
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public Timer timer(Runnable expired) {
        Manual timer = new Manual(expired);
        timers.add(timer);
        return timer;
    }

    void advance(long nanos) {
        long end = now + nanos;
        for (Manual next = next(end); next != null; next = next(end)) {
            now = Math.max(now, next.deadline);
            next.armed = false;
            expired++;
            next.expired.run();
        }
        now = end;
    }

    /** Time passes, and nobody has had a chance to run a timer yet. */
    void jump(long nanos) {
        now += nanos;
    }

    private Manual next(long end) {
        Manual next = null;
        for (Manual timer : timers) {
            if (timer.armed
                    && timer.deadline <= end
                    && (next == null || timer.deadline < next.deadline)) {
                next = timer;
            }
        }
        return next;
    }

    private static final class Manual implements Timer {
        private final Runnable expired;
        private boolean armed;
        private long deadline;

        Manual(Runnable expired) {
            this.expired = expired;
        }

        @Override
        public void at(long when) {
            armed = true;
            deadline = when;
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
