package io.trapline.qtest.setup;

import io.trapline.qtest.options.BadOption;
import java.util.Arrays;
import java.util.Set;
import org.osgi.service.metatype.AttributeDefinition;

/** Values of a command line as a configuration has them. */
final class Values {
    private static final Set<String> YES = Set.of("on", "yes", "true", "y");
    private static final Set<String> NO = Set.of("off", "no", "false", "n");

    private Values() {}

    /**
     * A value of the type that its key wants; where that takes several, they are separated by semicolons.
     *
     * @param where the key, for the message
     */
    static Object of(String where, String text, AttributeDefinition attribute) throws BadOption {
        if (attribute.getCardinality() == 0) {
            return one(where, text, attribute);
        }
        String[] parts = text.split(";");
        Object[] values =
                switch (attribute.getType()) {
                    case AttributeDefinition.LONG -> new Long[parts.length];
                    case AttributeDefinition.INTEGER -> new Integer[parts.length];
                    case AttributeDefinition.BOOLEAN -> new Boolean[parts.length];
                    case AttributeDefinition.DOUBLE -> new Double[parts.length];
                    default -> new String[parts.length];
                };
        for (int i = 0; i < parts.length; i++) {
            values[i] = one(where, parts[i], attribute);
        }
        return values;
    }

    private static Object one(String where, String text, AttributeDefinition attribute)
            throws BadOption {
        String[] choices = attribute.getOptionValues();
        if (choices != null && choices.length > 0 && !Arrays.asList(choices).contains(text)) {
            throw wrong(where, text, "one of " + Arrays.toString(choices));
        }
        try {
            return switch (attribute.getType()) {
                case AttributeDefinition.LONG -> Long.decode(text);
                case AttributeDefinition.INTEGER -> Integer.decode(text);
                case AttributeDefinition.DOUBLE -> Double.valueOf(text);
                case AttributeDefinition.BOOLEAN -> yes(where, text);
                default -> text;
            };
        } catch (NumberFormatException e) {
            throw wrong(where, text, "a number");
        }
    }

    private static Boolean yes(String where, String text) throws BadOption {
        if (!YES.contains(text) && !NO.contains(text)) {
            throw wrong(where, text, "on or off");
        }
        return YES.contains(text);
    }

    private static BadOption wrong(String where, String text, String wanted) {
        return new BadOption(where + "=" + text + ", wanted " + wanted);
    }
}
