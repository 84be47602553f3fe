package io.trapline.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Delta debugging: makes a failing sequence as short as it gets. First leaves out large parts, then smaller ones, at
 * last single commands; then makes the values that are written simpler.
 */
final class Shrinker {
    private final Predicate<List<Command>> fails;
    private int attempts;

    /**
     * @param fails whether a sequence still shows the difference; asked up to so many times
     * @param attempts how often
     */
    Shrinker(Predicate<List<Command>> fails, int attempts) {
        this.fails = fails;
        this.attempts = attempts;
    }

    /** The shortest that was found; what came in, if nothing shorter fails. */
    List<Command> shrink(List<Command> failing) {
        List<Command> best = failing;
        List<Command> before;
        do {
            before = best;
            best = simplify(leaveOut(best));
        } while (!best.equals(before) && attempts > 0);
        return best;
    }

    private List<Command> leaveOut(List<Command> failing) {
        List<Command> best = failing;
        for (int size = Math.max(best.size() / 2, 1); size > 0; size /= 2) {
            // From the end: what comes late leans on what comes early.
            for (int from = best.size() - size; from > -size; from -= size) {
                List<Command> shorter = without(best, Math.max(from, 0), from + size);
                if (stillFails(shorter)) {
                    best = shorter;
                }
            }
        }
        return best;
    }

    private static List<Command> without(List<Command> commands, int from, int to) {
        List<Command> rest = new ArrayList<>(commands.subList(0, Math.min(from, commands.size())));
        rest.addAll(commands.subList(Math.min(to, commands.size()), commands.size()));
        return rest;
    }

    /** Zero where it can be, else without the bits that do not matter. */
    private List<Command> simplify(List<Command> failing) {
        List<Command> best = failing;
        for (int place = 0; place < best.size(); place++) {
            if (best.get(place).write() && best.get(place).value() != 0) {
                best = simpler(best, place);
            }
        }
        return best;
    }

    private List<Command> simpler(List<Command> failing, int place) {
        List<Command> zero = with(failing, place, 0);
        if (stillFails(zero)) {
            return zero;
        }
        List<Command> best = failing;
        for (int bit = 0x80; bit != 0; bit >>= 1) {
            int value = best.get(place).value();
            if ((value & bit) != 0 && value != bit) {
                List<Command> candidate = with(best, place, value & ~bit);
                if (stillFails(candidate)) {
                    best = candidate;
                }
            }
        }
        return best;
    }

    private static List<Command> with(List<Command> commands, int place, int value) {
        List<Command> changed = new ArrayList<>(commands);
        changed.set(place, commands.get(place).with(value));
        return changed;
    }

    private boolean stillFails(List<Command> candidate) {
        return !candidate.isEmpty() && attempts-- > 0 && fails.test(candidate);
    }
}
