package io.trapline.sim;

import java.util.concurrent.locks.LockSupport;

/**
 * Each vCPU runs when the host lets it.
 *
 * <p>No wake-up is lost. A vCPU stores its phase BLOCKED and then looks whether it may go on; whoever changes
 * something (an answer, a line, a message, the machine's order) stores that and then looks at the phase. All
 * four are volatile, so in their total order one comes after the other's store: either the vCPU sees the change,
 * or the other sees BLOCKED and unparks. An unpark that comes between the vCPU's look and its {@code park}
 * leaves a permit, and {@code park} returns at once. A permit too many costs one more look.
 */
final class FreeRunning implements Schedule {
    private static final int SPINS = 200;
    private static final long POLL_NANOS = 20_000;

    @Override
    public void begin(SimCpu cpu) {
        pass(cpu);
    }

    @Override
    public void pass(SimCpu cpu) {
        cpu.phase(SimCpu.GUEST);
        while (!cpu.mayGoOn()) {
            if (!spin(cpu)) {
                cpu.phase(SimCpu.BLOCKED);
                park(cpu);
                cpu.phase(SimCpu.GUEST);
            }
        }
    }

    /** An answer mostly comes soon: a moment of looking costs less than a wake-up. */
    private static boolean spin(SimCpu cpu) {
        for (int i = 0; i < SPINS && cpu.awaitsAnswer() && cpu.order() == PowerOn.GO; i++) {
            if (cpu.mayGoOn()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private void park(SimCpu cpu) {
        while (!cpu.mayGoOn()) {
            int order = cpu.order();
            if (order == PowerOn.STOP) {
                throw GuestStopped.INSTANCE;
            }
            Thread.interrupted(); // whatever it was for is over; set, it would make park return
            // at once
            long nanos = order == PowerOn.PAUSE ? 0 : cpu.looksAgainAfter(POLL_NANOS);
            if (nanos == 0) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, nanos);
            }
        }
    }

    @Override
    public void tick(SimCpu cpu) {
        // the order was looked at before the access
    }

    @Override
    public void ended(SimCpu cpu) {
        // nobody waits for a turn
    }

    @Override
    public void leave(SimCpu cpu) {
        LockSupport.unpark(cpu.thread());
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
