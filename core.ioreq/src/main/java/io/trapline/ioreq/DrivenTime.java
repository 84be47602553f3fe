package io.trapline.ioreq;

import io.trapline.hypervisor.MachineTime;
import java.util.function.LongSupplier;

/** A machine's time in the hands of its backend: the source of a clock without a thread. */
final class DrivenTime implements MachineTime {
    private final MachineClock clock = new MachineClock(this::source);
    private final LongSupplier patience;
    private volatile long source;

    /**
     * A time that stands at 0.
     *
     * @param patience nanoseconds that a device may keep the time from going on
     */
    DrivenTime(LongSupplier patience) {
        this.patience = patience;
    }

    private long source() {
        return source;
    }

    MachineClock clock() {
        return clock;
    }

    @Override
    public long now() {
        return clock.now();
    }

    @Override
    public long nextDeadline() {
        return clock.nextDeadline();
    }

    @Override
    public long advance(long to) {
        long last = Math.max(to, now());
        for (long next = nextDeadline(); next <= last && next != NEVER; next = nextDeadline()) {
            move(next);
            clock.expireDue(timer -> timer.expireAndWait(patience.getAsLong()));
        }
        move(last);
        return now();
    }

    private void move(long to) {
        clock.ifRunning(() -> source = source() + Math.max(0, to - now()));
    }
}
