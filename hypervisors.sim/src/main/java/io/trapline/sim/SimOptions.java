package io.trapline.sim;

import io.trapline.hypervisor.VmShape;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The simulator's settings of one machine.
 *
 * @param guest name of the scripted guest
 * @param polling whether each request says {@code completion_polling}
 * @param deterministic whether a {@link DeterministicMachine} says who runs
 * @param seed of the deterministic order
 */
record SimOptions(String guest, boolean polling, boolean deterministic, long seed) {
    private static final String GUEST = "guest";
    private static final String POLLING = "polling";
    private static final String DETERMINISTIC = "deterministic";
    private static final String SEED = "seed";
    static final Set<String> KNOWN = new TreeSet<>(Set.of(GUEST, POLLING, DETERMINISTIC, SEED));

    /** Reads a shape's options; refuses an unknown name or value, naming what there is. */
    static SimOptions of(VmShape shape) {
        for (String name : new TreeSet<>(shape.options().keySet())) {
            if (!KNOWN.contains(name)) {
                throw refused(shape, "unknown option " + name + ", known: " + join(KNOWN));
            }
        }
        Map<String, String> given = shape.options();
        return new SimOptions(
                given.getOrDefault(GUEST, MonitorGuest.NAME),
                flag(shape, POLLING),
                flag(shape, DETERMINISTIC),
                number(shape, SEED));
    }

    static IllegalArgumentException refused(VmShape shape, String why) {
        return new IllegalArgumentException("machine " + shape.name() + ": " + why);
    }

    static String join(Set<String> names) {
        return String.join(", ", names);
    }

    private static boolean flag(VmShape shape, String name) {
        String value = shape.options().getOrDefault(name, "false");
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refused(shape, name + "=" + value + ", wanted true or false");
        };
    }

    private static long number(VmShape shape, String name) {
        String value = shape.options().getOrDefault(name, "0");
        try {
            return Long.decode(value);
        } catch (NumberFormatException e) {
            throw refused(shape, name + "=" + value + ", wanted a number");
        }
    }
}
