package io.trapline.shell;

import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.osgi.service.metatype.AttributeDefinition;

/**
 * A setting's value: as its key wants it, from what an operator types, and back. The launcher reads configurations by
 * the same rules; the tests of both go through one table of cases.
 */
final class Typed {
    private static final Pattern WHOLE =
            Pattern.compile("(-?(?:0x\\p{XDigit}+|\\d+))([KMGT]?)", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "KMGT"; // powers of 1024

    private Typed() {}

    /**
     * A value of the type that its key wants; where that takes several, there are commas or semicolons between them.
     *
     * @throws IllegalArgumentException if it makes no sense, saying what would
     */
    static Object value(AttributeDefinition key, String text) {
        if (key.getCardinality() == 0) {
            return one(key, text);
        }
        String[] parts = text.isEmpty() ? new String[0] : text.split("[,;]", -1);
        Object values = Array.newInstance(type(key), parts.length);
        for (int i = 0; i < parts.length; i++) {
            Array.set(values, i, one(key, parts[i]));
        }
        return values;
    }

    private static Class<?> type(AttributeDefinition key) {
        return switch (key.getType()) {
            case AttributeDefinition.LONG -> Long.class;
            case AttributeDefinition.INTEGER -> Integer.class;
            case AttributeDefinition.DOUBLE -> Double.class;
            case AttributeDefinition.BOOLEAN -> Boolean.class;
            default -> String.class;
        };
    }

    private static Object one(AttributeDefinition key, String text) {
        Object value =
                switch (key.getType()) {
                    case AttributeDefinition.LONG -> whole(key, text);
                    case AttributeDefinition.INTEGER -> small(key, text);
                    case AttributeDefinition.DOUBLE -> fraction(key, text);
                    case AttributeDefinition.BOOLEAN -> yes(key, text);
                    default -> text;
                };
        String[] choices = key.getOptionValues();
        if (choices != null && choices.length > 0) {
            if (!Arrays.asList(choices).contains(text)) {
                throw refused(key, text, "one of " + String.join(", ", choices));
            }
        } else if (value instanceof Number && isWrong(key.validate(value.toString()))) {
            throw refused(key, text, "a number in its range");
        }
        return value;
    }

    /** What a key says to a value: nothing is right, or it does not know. */
    private static boolean isWrong(String verdict) {
        return verdict != null && !verdict.isEmpty();
    }

    private static Boolean yes(AttributeDefinition key, String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw refused(key, text, "true or false");
        }
        return Boolean.valueOf(text);
    }

    private static Double fraction(AttributeDefinition key, String text) {
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            throw refused(key, text, "a number");
        }
    }

    private static Integer small(AttributeDefinition key, String text) {
        long number = whole(key, text);
        if ((int) number != number) {
            throw refused(key, text, "a number in its range");
        }
        return (int) number;
    }

    private static Long whole(AttributeDefinition key, String text) {
        Matcher number = WHOLE.matcher(text);
        if (!number.matches()) {
            throw refused(key, text, "a whole number, e.g. 512, 0x3F8 or 2G");
        }
        String unit = number.group(2).toUpperCase(Locale.ROOT);
        int power = unit.isEmpty() ? 0 : 1 + UNITS.indexOf(unit);
        try {
            return Math.multiplyExact(Long.decode(number.group(1)), 1L << 10 * power);
        } catch (NumberFormatException | ArithmeticException e) {
            throw refused(key, text, "a number in its range");
        }
    }

    private static IllegalArgumentException refused(
            AttributeDefinition key, String text, String wanted) {
        String what = key.getDescription() == null ? "" : " (" + key.getDescription() + ")";
        return new IllegalArgumentException(key.getID() + "=" + text + ", wanted " + wanted + what);
    }

    /** A value as an operator would type it. */
    static String show(Object value) {
        if (value instanceof Iterable<?> several) {
            return StreamSupport.stream(several.spliterator(), false)
                    .map(String::valueOf)
                    .collect(Collectors.joining(","));
        } else if (!value.getClass().isArray()) {
            return value.toString();
        }
        return IntStream.range(0, Array.getLength(value))
                .mapToObj(i -> String.valueOf(Array.get(value, i)))
                .collect(Collectors.joining(","));
    }
}
