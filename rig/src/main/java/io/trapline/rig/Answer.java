package io.trapline.rig;

import java.util.HashMap;
import java.util.Map;

/** One line of an answer: a verdict, and {@code name=value} pairs. */
final class Answer {
    private final String line;
    private final Map<String, String> fields = new HashMap<>();

    Answer(String line) {
        this.line = line;
        for (String word : line.split(" ")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                fields.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }

    String text(String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name + " in: " + line);
        }
        return value;
    }

    /** A decimal number, a hexadecimal one after {@code 0x} (all 64 bits), a rate; 0 if the line has none. */
    long number(String name) {
        return has(name) ? parse(fields.get(name)) : 0;
    }

    int count(String name) {
        return Math.toIntExact(number(name));
    }

    static long parse(String value) {
        String digits = value.endsWith("/s") ? value.substring(0, value.length() - 2) : value;
        return digits.startsWith("0x")
                ? Long.parseUnsignedLong(digits.substring(2), 16)
                : Long.parseUnsignedLong(digits);
    }
}
