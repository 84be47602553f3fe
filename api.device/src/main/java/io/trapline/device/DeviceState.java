package io.trapline.device;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a device hands to its successor: plain JDK values, so that it outlives the class loader it came from.
 *
 * @param schema names the layout, e.g. {@code uart.16550a}; the same for all versions of one device
 * @param version counts changes of the layout, from 1
 * @param values names and values: {@code Boolean, Integer, Long, String, byte[], int[], long[]}, and lists
 *     and string-keyed maps of them; copied, arrays too, so that nobody can change it later
 */
public record DeviceState(String schema, int version, Map<String, Object> values) {
    /** The state of a device that has none. */
    public static final DeviceState NONE = new DeviceState("none", 1, Map.of());

    /** Copies the values; refuses a value that is not plain. */
    public DeviceState {
        values = copyOfMap("", values);
    }

    /**
     * Refuses what this reader does not understand.
     *
     * @param expected the schema it reads
     * @param newest the newest version that it reads; older ones are its own business
     * @throws IllegalArgumentException naming both
     */
    public void require(String expected, int newest) {
        if (!schema.equals(expected) || version < 1 || version > newest) {
            throw new IllegalArgumentException(
                    "state not understood: schema="
                            + schema
                            + " version="
                            + version
                            + ", wanted schema="
                            + expected
                            + " version=1 to "
                            + newest);
        }
    }

    /** The whole number of that name, {@code Integer} or {@code Long}. */
    public long number(String name) {
        return value(name, Number.class).longValue();
    }

    /** The yes or no of that name. */
    public boolean flag(String name) {
        return value(name, Boolean.class);
    }

    /** The text of that name. */
    public String text(String name) {
        return value(name, String.class);
    }

    /** A copy of the bytes of that name. */
    public byte[] bytes(String name) {
        return value(name, byte[].class).clone();
    }

    /** A copy of the numbers of that name. */
    public int[] ints(String name) {
        return value(name, int[].class).clone();
    }

    private <T> T value(String name, Class<T> type) {
        Object value = values.get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    "state "
                            + schema
                            + ": "
                            + name
                            + " is "
                            + (value == null ? "missing" : value.getClass().getSimpleName())
                            + ", wanted "
                            + type.getSimpleName());
        }
        return type.cast(value);
    }

    private static Map<String, Object> copyOfMap(String path, Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach(
                (name, value) -> {
                    if (!(name instanceof String key)) {
                        throw new IllegalArgumentException("not a name: " + path + name);
                    }
                    copy.put(key, copyOf(path + key, value));
                });
        return Collections.unmodifiableMap(copy);
    }

    private static Object copyOf(String path, Object value) {
        if (value instanceof Boolean
                || value instanceof Integer
                || value instanceof Long
                || value instanceof String) {
            return value;
        } else if (value instanceof byte[] bytes) {
            return bytes.clone();
        } else if (value instanceof int[] ints) {
            return ints.clone();
        } else if (value instanceof long[] longs) {
            return longs.clone();
        } else if (value instanceof Map<?, ?> map) {
            return copyOfMap(path + ".", map);
        } else if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            for (Object element : list) {
                copy.add(copyOf(path + "[]", element));
            }
            return Collections.unmodifiableList(copy);
        }
        throw new IllegalArgumentException(
                "not a plain value: "
                        + path
                        + " is "
                        + (value == null ? "null" : value.getClass().getName()));
    }
}
