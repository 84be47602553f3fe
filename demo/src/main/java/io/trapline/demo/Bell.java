package io.trapline.demo;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Rings when something has happened: a byte came, a machine changed. Whoever waits then looks again. */
final class Bell {
    /** Some counters change without a ring; they are looked at this often. */
    private static final long LOOK_MILLIS = 10;

    private final Duration deadline;

    /** A bell whose waits end, unfulfilled, after that time. */
    Bell(Duration deadline) {
        this.deadline = deadline;
    }

    synchronized void ring() {
        notifyAll();
    }

    /**
     * Waits until a condition holds.
     *
     * @param expected the condition in words
     * @param got what there is instead, asked for when the time is up
     * @throws StepFailed if it does not hold in time
     */
    void await(String expected, BooleanSupplier condition, Supplier<String> got)
            throws StepFailed, InterruptedException {
        long end = System.nanoTime() + deadline.toNanos();
        synchronized (this) {
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() - end > 0) {
                    throw new StepFailed(
                            expected + " within " + deadline.toSeconds() + " s", got.get());
                }
                wait(LOOK_MILLIS);
            }
        }
    }
}
