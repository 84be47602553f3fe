package io.trapline.sim;

import java.util.Random;

/**
 * Steps a simulated machine that was created with {@code deterministic=true}: one access at a time, in an
 * order that {@code seed} decides, on a clock that only {@link #advance} moves. The same seed and the same
 * calls give the same run, whatever the host does. All methods by one thread, the test's.
 */
public final class DeterministicMachine {
    /** What {@link #step} returns where nobody can go on. */
    public static final int NOBODY = -1;

    /** What {@link #step} returns where a doorbell's listener was called. */
    public static final int DOORBELL = -2;

    private final SimMachine machine;
    private final Turns turns;
    private final Random random;

    /**
     * Takes the steps of a machine in hand.
     *
     * @param machine created with {@code deterministic=true}; the only one to step it
     * @throws IllegalArgumentException if it runs freely
     */
    public DeterministicMachine(SimMachine machine) {
        if (machine.turns() == null) {
            throw new IllegalArgumentException(
                    "machine " + machine.name() + " runs freely, wanted deterministic=true");
        }
        this.machine = machine;
        this.turns = machine.turns();
        this.random = new Random(machine.options().seed());
    }

    /** The machine. */
    public SimMachine machine() {
        return machine;
    }

    /**
     * Lets one vCPU that can go on run until its next access is answered or waits, or its script ends; or calls
     * the listener of one doorbell. A vCPU can go on when the machine runs and what it waits for is there: its
     * answer, its line, a message, its time.
     *
     * @return the vCPU; {@link #DOORBELL}; {@link #NOBODY}
     */
    public int step() {
        PowerOn life = machine.life();
        boolean bell = machine.doorbells().pending();
        int ready = runnable(life) + (bell ? 1 : 0);
        if (ready == 0) {
            return NOBODY;
        }
        int chosen = ready == 1 ? 0 : random.nextInt(ready);
        for (SimCpu cpu : life.cpus) {
            if (isReady(cpu) && chosen-- == 0) {
                turns.give(cpu);
                if (life.order() == PowerOn.STOP) {
                    life.end(true);
                }
                return cpu.id();
            }
        }
        machine.doorbells().deliver();
        return DOORBELL;
    }

    /**
     * Steps until nobody can go on.
     *
     * @param most steps; a guest that polls never comes to an end
     * @return the steps made
     */
    public int run(int most) {
        int steps = 0;
        while (steps < most && step() != NOBODY) {
            steps++;
        }
        return steps;
    }

    /** How many vCPUs can go on. */
    public int runnable() {
        return runnable(machine.life());
    }

    private static int runnable(PowerOn life) {
        int count = 0;
        for (SimCpu cpu : life.cpus) {
            if (isReady(cpu)) {
                count++;
            }
        }
        return count;
    }

    private static boolean isReady(SimCpu cpu) {
        return cpu.thread().isAlive() && cpu.phase() == SimCpu.BLOCKED && cpu.mayGoOn();
    }

    /**
     * Moves the clock.
     *
     * @param nanos 0 or more
     */
    public void advance(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("advance: nanos=" + nanos + ", wanted 0 or more");
        }
        turns.advance(nanos);
    }

    /** What the guest's clock shows. */
    public long nanoTime() {
        return turns.nanoTime();
    }
}
