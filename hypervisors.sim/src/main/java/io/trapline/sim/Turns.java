package io.trapline.sim;

import java.util.concurrent.locks.LockSupport;

/**
 * One thread at a time: the controlling one or that of the vCPU which it gave the turn. The turn changes hands
 * by one volatile field, so what one wrote the next one sees. The clock is set by hand.
 */
final class Turns implements Schedule {
    private volatile SimCpu holder; // null: the controlling thread
    private volatile long now;
    private Thread controller; // written before the turn is given, read by who has it

    /** Gives a vCPU the turn and waits until it gives it back. */
    void give(SimCpu cpu) {
        controller = Thread.currentThread();
        holder = cpu;
        LockSupport.unpark(cpu.thread());
        while (holder != null) {
            Thread.interrupted(); // set, it would make park return at once
            LockSupport.park(this);
        }
    }

    private void giveBack(SimCpu cpu) {
        if (holder == cpu) {
            Thread next = controller;
            holder = null;
            LockSupport.unpark(next);
        }
    }

    void advance(long nanos) {
        long before = now;
        now = before + nanos;
    }

    @Override
    public void begin(SimCpu cpu) {
        awaitTurn(cpu);
    }

    /** The access is over, or waits: in either case it is the controller's turn to choose. */
    @Override
    public void pass(SimCpu cpu) {
        cpu.phase(SimCpu.BLOCKED);
        if (cpu.order() != PowerOn.STOP) {
            giveBack(cpu);
        }
        awaitTurn(cpu);
    }

    /** A stopped vCPU waits for its turn as well, so that the scripts end in order. */
    private void awaitTurn(SimCpu cpu) {
        while (holder != cpu) {
            Thread.interrupted(); // set, it would make park return at once
            LockSupport.park(this);
        }
        if (cpu.order() == PowerOn.STOP) {
            throw GuestStopped.INSTANCE;
        }
        cpu.phase(SimCpu.GUEST);
    }

    @Override
    public void tick(SimCpu cpu) {
        pass(cpu);
    }

    @Override
    public void ended(SimCpu cpu) {
        giveBack(cpu);
    }

    /** One after the other, by the controlling thread: {@link PowerOn#end}. */
    @Override
    public void leave(SimCpu cpu) {
        if (holder == null && cpu.phase() != SimCpu.ENDED) {
            give(cpu);
        }
    }

    @Override
    public long nanoTime() {
        return now;
    }
}
