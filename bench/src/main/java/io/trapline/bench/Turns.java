package io.trapline.bench;

import java.io.IOException;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Rounds in which two contenders take turns: who begins changes from round to round, so that neither always
 * finds the caches, or the other's leftovers, as the first.
 */
final class Turns {
    private final double[] ours;
    private final double[] theirs;

    /** One contender's turn: what it needed. */
    @FunctionalInterface
    interface Turn {
        double take() throws IOException, InterruptedException;
    }

    private Turns(int rounds) {
        ours = new double[rounds];
        theirs = new double[rounds];
    }

    /**
     * Plays all rounds.
     *
     * @param rounds at least 1
     */
    static Turns play(int rounds, Turn our, Turn their, Consumer<String> progress)
            throws IOException, InterruptedException {
        Turns turns = new Turns(rounds);
        for (int i = 0; i < rounds; i++) {
            if (i % 2 == 0) {
                turns.ours[i] = our.take();
                turns.theirs[i] = their.take();
            } else {
                turns.theirs[i] = their.take();
                turns.ours[i] = our.take();
            }
            progress.accept(
                    String.format(
                            Locale.ROOT,
                            "round %d of %d: %.1f against %.1f",
                            i + 1,
                            rounds,
                            turns.ours[i],
                            turns.theirs[i]));
        }
        return turns;
    }

    Comparison compared(String name, String unit, String yardstick) {
        return new Comparison(name, unit, yardstick, ours, theirs);
    }
}
