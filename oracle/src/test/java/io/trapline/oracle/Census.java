package io.trapline.oracle;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What was seen: without it, a generator that has become dull would go unnoticed. */
final class Census {
    private final Map<String, Map<Integer, Integer>> seen = new TreeMap<>();
    private final Map<Exclusion, Integer> excused = new EnumMap<>(Exclusion.class);
    private int commands;
    private int edges;

    void excused(Exclusion exclusion) {
        excused.merge(exclusion, 1, Integer::sum);
    }

    /** A command that was compared; a write counts with what was written. */
    void count(String register, int value, int changes) {
        commands++;
        edges += changes;
        seen.computeIfAbsent(register, name -> new TreeMap<>()).merge(value, 1, Integer::sum);
    }

    int commands() {
        return commands;
    }

    int edges() {
        return edges;
    }

    /** How often a register had a value. */
    int of(String register, int value) {
        return seen.getOrDefault(register, Map.of()).getOrDefault(value, 0);
    }

    /** How many values a register had. */
    int values(String register) {
        return seen.getOrDefault(register, Map.of()).size();
    }

    int of(Exclusion exclusion) {
        return excused.getOrDefault(exclusion, 0);
    }

    @Override
    public String toString() {
        return commands
                + " commands, "
                + edges
                + " changes of the interrupt line; excused "
                + excused;
    }
}
