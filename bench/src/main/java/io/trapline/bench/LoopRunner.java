package io.trapline.bench;

import java.io.IOException;

/** A virtual machine monitor that can run the guest {@code loops}. */
interface LoopRunner {
    /** What it is, as a yardstick in a printed line. */
    String name();

    /** Why it cannot be used here; null if it can. */
    String missing();

    /**
     * Runs the guest from its start to its end.
     *
     * @param loops what it is to do
     * @return cycles an iteration, batch by batch, as the guest counted them
     */
    double[] cycles(Loops loops) throws IOException, InterruptedException;
}
