package io.trapline.shell;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;

/** What the configurations of installed bundles may say, of which type (OSGi Compendium 8, chapter 105). */
final class Vocabulary {
    private static final Pattern WHOLE = Pattern.compile("(-?(?:0x\\p{XDigit}+|\\d+))([KMGT]?)");
    private static final String UNITS = "KMGT"; // powers of 1024

    private final BundleContext context;
    private final MetaTypeService metatypes;

    Vocabulary(BundleContext context, MetaTypeService metatypes) {
        this.context = context;
        this.metatypes = metatypes;
    }

    /** The factory PIDs that there are. */
    Set<String> pids() {
        Set<String> pids = new TreeSet<>();
        for (Bundle bundle : context.getBundles()) {
            MetaTypeInformation known = metatypes.getMetaTypeInformation(bundle);
            pids.addAll(Arrays.asList(known == null ? new String[0] : known.getFactoryPids()));
        }
        return pids;
    }

    /**
     * The keys of a factory PID.
     *
     * @throws IllegalArgumentException if no bundle knows it
     */
    Map<String, AttributeDefinition> keys(String pid) {
        for (Bundle bundle : context.getBundles()) {
            MetaTypeInformation known = metatypes.getMetaTypeInformation(bundle);
            if (known != null && Arrays.asList(known.getFactoryPids()).contains(pid)) {
                return Arrays.stream(
                                known.getObjectClassDefinition(pid, null)
                                        .getAttributeDefinitions(ObjectClassDefinition.ALL))
                        .collect(
                                Collectors.toMap(
                                        AttributeDefinition::getID,
                                        key -> key,
                                        (first, second) -> first,
                                        TreeMap::new));
            }
        }
        throw new IllegalArgumentException("no bundle knows " + pid + ", there is " + pids());
    }

    /**
     * Settings written as KEY=VALUE, each value of the type that its key wants.
     *
     * @throws IllegalArgumentException if a key is unknown or a value makes no sense
     */
    Map<String, Object> read(String pid, String... settings) {
        Map<String, AttributeDefinition> keys = keys(pid);
        Map<String, Object> values = new TreeMap<>();
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            AttributeDefinition key = keys.get(parts[0]);
            if (key == null || parts.length == 1) {
                throw new IllegalArgumentException(
                        (parts.length == 1 ? "wanted KEY=VALUE: " : "unknown key: ")
                                + setting
                                + "; keys of "
                                + pid
                                + ": "
                                + String.join(", ", keys.keySet()));
            }
            values.put(parts[0], value(key, parts[1]));
        }
        return values;
    }

    private static Object value(AttributeDefinition key, String text) {
        Object value =
                switch (key.getType()) {
                    case AttributeDefinition.LONG -> whole(key, text);
                    case AttributeDefinition.INTEGER -> Math.toIntExact(whole(key, text));
                    case AttributeDefinition.BOOLEAN -> {
                        if (!text.equals("true") && !text.equals("false")) {
                            throw refused(key, text, "true or false");
                        }
                        yield Boolean.valueOf(text);
                    }
                    default -> text;
                };
        String[] choices = key.getOptionValues();
        if (choices != null && choices.length > 0 && !Arrays.asList(choices).contains(text)) {
            throw refused(key, text, "one of " + String.join(", ", choices));
        }
        return value;
    }

    private static long whole(AttributeDefinition key, String text) {
        Matcher number = WHOLE.matcher(text.toUpperCase(Locale.ROOT).replace("0X", "0x"));
        if (!number.matches()) {
            throw refused(key, text, "a whole number, e.g. 512, 0x3F8 or 2G");
        }
        int power = number.group(2).isEmpty() ? 0 : 1 + UNITS.indexOf(number.group(2));
        try {
            return Math.multiplyExact(Long.decode(number.group(1)), 1L << 10 * power);
        } catch (NumberFormatException | ArithmeticException e) {
            throw refused(key, text, "fewer digits");
        }
    }

    private static IllegalArgumentException refused(
            AttributeDefinition key, String text, String wanted) {
        return new IllegalArgumentException(
                key.getID()
                        + "="
                        + text
                        + ", wanted "
                        + wanted
                        + " ("
                        + key.getDescription()
                        + ")");
    }
}
