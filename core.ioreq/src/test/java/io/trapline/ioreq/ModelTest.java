package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * DESIGN sections 2 and 5 under random interleavings of requests, devices that come, go, fail and are
 * replaced, moving registers, changing clients, late answers and resets: a machine does what the {@link Model}
 * does. A failure prints its seed and the shortest list of steps that was found to fail.
 */
class ModelTest {
    private static final int SEEDS = 150;
    private static final int STEPS = 600;
    private static final int ATTEMPTS = 400;

    @Test
    void doesWhatTheModelDoes() {
        for (int seed = 0; seed < SEEDS; seed++) {
            List<int[]> steps = steps(seed);
            String failure = run(steps);
            if (failure != null) {
                List<int[]> shortest = shorten(steps);
                fail(
                        "seed "
                                + seed
                                + ": "
                                + failure
                                + "\nshortened: "
                                + run(shortest)
                                + "\n"
                                + shortest.stream()
                                        .map(Arrays::toString)
                                        .collect(Collectors.joining("\n")));
            }
        }
    }

    private static List<int[]> steps(int seed) {
        Random random = new Random(seed);
        List<int[]> steps = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            steps.add(random.ints(5, 0, 1 << 20).toArray());
        }
        return steps;
    }

    /** Null: no failure. */
    private static String run(List<int[]> steps) {
        int done = 0;
        try (ModelRun run = new ModelRun()) {
            for (int[] step : steps) {
                run.step(step);
                done++;
            }
            run.finish();
            return null;
        } catch (Exception | AssertionError e) {
            String at = e.getStackTrace().length == 0 ? "" : " at " + e.getStackTrace()[0];
            return "step " + done + " of " + steps.size() + ": " + e + at;
        }
    }

    /** Leaves out as much as it can, in ever smaller pieces. */
    private static List<int[]> shorten(List<int[]> failing) {
        List<int[]> steps = new ArrayList<>(failing);
        int attempts = 0;
        for (int piece = steps.size() / 2; piece > 0; piece /= 2) {
            for (int from = 0; from < steps.size() && attempts < ATTEMPTS; attempts++) {
                List<int[]> less = new ArrayList<>(steps.subList(0, from));
                less.addAll(steps.subList(Math.min(steps.size(), from + piece), steps.size()));
                if (run(less) != null) {
                    steps = less;
                } else {
                    from += piece;
                }
            }
        }
        return steps;
    }
}
