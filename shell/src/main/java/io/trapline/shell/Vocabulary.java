package io.trapline.shell;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;

/** What the configurations of installed bundles may say, of which type (OSGi Compendium 8, chapter 105). */
final class Vocabulary {
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
        Map<String, AttributeDefinition> keys = keysIfKnown(pid);
        if (keys == null) {
            throw new IllegalArgumentException("no bundle knows " + pid + ", there is " + pids());
        }
        return keys;
    }

    /** The keys of a factory PID; null: its bundle is not, or no longer, installed. */
    Map<String, AttributeDefinition> keysIfKnown(String pid) {
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
        return null;
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
                                + names(keys));
            }
            values.put(parts[0], Typed.value(key, parts[1]));
        }
        return values;
    }

    private static String names(Map<String, AttributeDefinition> keys) {
        return String.join(", ", keys.keySet());
    }
}
