package io.trapline.oracle;

import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Plays case after case until so many commands are compared, and makes the first difference as short as it gets. */
final class Hunt {
    /** The length of a case; {@code -Doracle.length=} for another. */
    private static final int LENGTH = Integer.getInteger("oracle.length", 0);

    private static final int SHORTEST = 200;
    private static final int LONGEST = 1500;
    private static final int ATTEMPTS = 3000;

    private final Duel duel;
    private final Census census;

    Hunt(Duel duel, Census census) {
        this.duel = duel;
        this.census = census;
    }

    /**
     * What was found.
     *
     * @param seed of the case that showed it
     * @param after commands that were compared before
     * @param original as it came
     * @param shortest the same, shrunk; empty if it did not come again
     */
    record Find(long seed, int after, Difference original, Optional<Difference> shortest) {
        int length() {
            return shortest.map(difference -> difference.steps().size()).orElse(Integer.MAX_VALUE);
        }

        /** All that is needed to see it again. */
        String report(String chip) {
            String again =
                    String.format("-Doracle.seed=%d", seed)
                            + (LENGTH > 0 ? " -Doracle.length=" + LENGTH : "");
            String head =
                    String.format(
                            "%s differs after %d commands; again with %s", chip, after, again);
            return shortest.map(found -> head + "; the shortest sequence:\n" + found)
                    .orElseGet(
                            () ->
                                    head
                                            + "; IT DID NOT COME AGAIN when played alone; all of the case:\n"
                                            + original);
        }
    }

    /** The first difference within so many commands. The seeds of the cases count up from the first. */
    Optional<Find> seek(long firstSeed, int commands) {
        int begin = census.commands();
        for (long seed = firstSeed; census.commands() - begin < commands; seed++) {
            Optional<Difference> difference = duel.play(commandsOf(seed), census);
            if (difference.isPresent()) {
                Difference original = difference.get();
                return Optional.of(
                        new Find(seed, census.commands() - begin, original, shrink(original)));
            }
        }
        return Optional.empty();
    }

    private List<Command> commandsOf(long seed) {
        Random random = new Random(seed);
        int length = SHORTEST + random.nextInt(LONGEST - SHORTEST);
        return duel.chip().traffic(random, LENGTH > 0 ? LENGTH : length);
    }

    private Optional<Difference> shrink(Difference original) {
        if (again(original.commands()).isEmpty()) {
            return Optional.empty();
        }
        Shrinker shrinker =
                new Shrinker(
                        commands -> duel.legal(commands) && again(commands).isPresent(), ATTEMPTS);
        return again(shrinker.shrink(original.commands()));
    }

    private Optional<Difference> again(List<Command> commands) {
        return duel.play(commands, new Census());
    }
}
