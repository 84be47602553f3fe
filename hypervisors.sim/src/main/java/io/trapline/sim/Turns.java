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

    /** The access is over, or waits: in either case it is the controller's turn to choose. */
    @Override
    public void pass(SimCpu cpu) {
        cpu.phase(SimCpu.BLOCKED);
        giveBack(cpu);
        while (holder != cpu) {
            if (cpu.order() == PowerOn.STOP) {
                throw GuestStopped.INSTANCE;
            }
            LockSupport.park(this);
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

    /** The controller takes the others out, in order, when the turn is back with it. */
    @Override
    public void stopping(PowerOn life) {
        // see DeterministicMachine.step
    }

    @Override
    public long nanoTime() {
        return now;
    }
}
