package io.trapline.qtest.options;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * An option's value in QEMU's notation: {@code first,key=value,...}; two commas stand for one, and a key without a
 * value is on.
 *
 * @param first what stands first without a key; empty: nothing
 * @param values by key, in their order; of a key that comes twice the last
 */
public record KeyValues(String first, Map<String, String> values) {
    /** Reads an option's value. */
    public static KeyValues parse(String text) {
        String first = "";
        Map<String, String> values = new LinkedHashMap<>();
        int at = 0;
        while (at <= text.length()) {
            int end = end(text, at);
            String part = text.substring(at, end).replace(",,", ",");
            int equals = part.indexOf('=');
            if (equals >= 0) {
                values.put(part.substring(0, equals), part.substring(equals + 1));
            } else if (at == 0) {
                first = part;
            } else if (!part.isEmpty()) {
                values.put(part, "on");
            }
            at = end + 1;
        }
        return new KeyValues(first, values);
    }

    private static int end(String text, int from) {
        int i = from;
        while (i < text.length()) {
            if (text.charAt(i) != ',') {
                i++;
            } else if (text.startsWith(",,", i)) {
                i += 2;
            } else {
                return i;
            }
        }
        return i;
    }

    /** The value of a key; null: it was not given. */
    public String get(String key) {
        return values.get(key);
    }

    /** The value of a key, or another if it was not given. */
    public String get(String key, String otherwise) {
        return values.getOrDefault(key, otherwise);
    }

    /** Whether a key is on. */
    public boolean on(String key) {
        return Set.of("on", "yes", "true", "y").contains(get(key, "off"));
    }

    /** The same, where what stands first may be written with its key, too. */
    public KeyValues withFirst(String key) {
        return first.isEmpty() && values.containsKey(key)
                ? new KeyValues(values.get(key), values)
                : this;
    }
}
