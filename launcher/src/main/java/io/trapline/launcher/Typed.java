package io.trapline.launcher;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values of a configuration: as their keys want them, and back to JSON. The shell reads settings by the same rules; the
 * tests of both go through one table of cases.
 */
final class Typed {
    private static final Pattern WHOLE =
            Pattern.compile("(-?(?:0x\\p{XDigit}+|\\d+))([KMGT]?)", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "KMGT"; // powers of 1024

    private Typed() {}

    /** What was typed in an option, where everything is text: it is whatever its key wants. */
    record Text(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * A value of the type that its key wants. A whole number may be written as text in C's notation, because JSON
     * has no {@code 0x3F8}, or with a unit: {@code 2G}; of what was typed, a list with commas or semicolons.
     *
     * @throws IllegalArgumentException if it is of another type or out of range
     */
    static Object value(Object value, Metatype.Attribute wanted) {
        if (!wanted.many()) {
            return one(value, wanted);
        }
        Object several = value instanceof Text typed ? split(typed.text()) : value;
        if (!several.getClass().isArray()) {
            throw new IllegalArgumentException("not a list");
        }
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < Array.getLength(several); i++) {
            list.add(one(Array.get(several, i), wanted));
        }
        return list;
    }

    private static Text[] split(String text) {
        return text.isEmpty()
                ? new Text[0]
                : Arrays.stream(text.split("[,;]", -1)).map(Text::new).toArray(Text[]::new);
    }

    private static Object one(Object value, Metatype.Attribute wanted) {
        if (wanted.whole()) {
            return whole(value instanceof Text typed ? typed.text() : value, wanted);
        }
        if (wanted.fraction()) {
            return value instanceof Text typed
                    ? Double.valueOf(typed.text())
                    : require(value, Number.class);
        }
        if (wanted.type().equals("Boolean")) {
            return value instanceof Text typed ? yes(typed.text()) : require(value, Boolean.class);
        }
        // Text: a number may stand for itself, as in "memory": 64.
        Object text =
                value instanceof Number || value instanceof Text
                        ? value.toString()
                        : require(value, String.class);
        if (!wanted.choices().isEmpty() && !wanted.choices().contains(text)) {
            throw new IllegalArgumentException("not one of them");
        }
        return text;
    }

    private static Boolean yes(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("not a Boolean");
        }
        return Boolean.valueOf(text);
    }

    private static Long whole(Object value, Metatype.Attribute wanted) {
        long number;
        if (value instanceof String text) {
            number = decode(text);
        } else if (value instanceof Long || value instanceof Integer) {
            number = ((Number) value).longValue();
        } else {
            throw new IllegalArgumentException("not a whole number");
        }
        boolean fits = !wanted.type().equals("Integer") || (int) number == number;
        boolean below = wanted.least() != null && number < wanted.least();
        boolean above = wanted.most() != null && number > wanted.most();
        if (!fits || below || above) {
            throw new IllegalArgumentException("out of range");
        }
        return number;
    }

    private static long decode(String text) {
        Matcher number = WHOLE.matcher(text);
        if (!number.matches()) {
            throw new IllegalArgumentException("not a whole number");
        }
        String unit = number.group(2).toUpperCase(Locale.ROOT);
        int power = unit.isEmpty() ? 0 : 1 + UNITS.indexOf(unit);
        try {
            return Math.multiplyExact(Long.decode(number.group(1)), 1L << 10 * power);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("out of range", e);
        }
    }

    private static Object require(Object value, Class<?> type) {
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("not a " + type.getSimpleName());
        }
        return value;
    }

    /** A value as a user wrote it. */
    static String show(Object value) {
        return json(value);
    }

    /** JSON of plain values, lists, arrays and maps. */
    static String json(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof Map<?, ?> map) {
            String comma = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(comma);
                quote(entry.getKey().toString(), out);
                out.append(':');
                write(entry.getValue(), out);
                comma = ",";
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            list(list.toArray(), out);
        } else if (value.getClass().isArray()) {
            list(value, out);
        } else if (value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            quote(value.toString(), out);
        }
    }

    private static void list(Object array, StringBuilder out) {
        out.append('[');
        for (int i = 0; i < Array.getLength(array); i++) {
            if (i > 0) {
                out.append(',');
            }
            write(Array.get(array, i), out);
        }
        out.append(']');
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
