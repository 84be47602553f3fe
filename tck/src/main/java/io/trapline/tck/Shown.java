package io.trapline.tck;

import io.trapline.device.Inspector;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What an inspection showed: names and values in order. A register or number is a {@code Long}, a text a {@code
 * String}, a flag a {@code Boolean}; what is in a group has the group's name before its own: {@code queue
 * 0/size}. Nothing may be shown twice by one name. One thread.
 */
public final class Shown implements Inspector {
    private final Map<String, Object> values;
    private final String path;

    private Shown(Map<String, Object> values, String path) {
        this.values = values;
        this.path = path;
    }

    /**
     * Inspects.
     *
     * @param inspected who shows itself, e.g. {@code device::inspect}
     * @return what it showed, unmodifiable
     * @throws AssertionError if it used a name twice
     */
    public static Map<String, Object> of(Consumer<? super Inspector> inspected) {
        Map<String, Object> values = new LinkedHashMap<>();
        inspected.accept(new Shown(values, ""));
        return Collections.unmodifiableMap(values);
    }

    private Shown put(String name, Object value) {
        if (values.put(path + name, value) != null) {
            throw new AssertionError("shown twice: " + path + name);
        }
        return this;
    }

    @Override
    public Inspector register(String name, long value, int width) {
        Widths.require(width);
        if (Widths.cut(value, width) != value) {
            throw new AssertionError(
                    "wider than its "
                            + width
                            + " bytes: "
                            + name
                            + "=0x"
                            + Long.toHexString(value));
        }
        return put(name, value);
    }

    @Override
    public Inspector number(String name, long value) {
        return put(name, value);
    }

    @Override
    public Inspector text(String name, String value) {
        return put(name, value);
    }

    @Override
    public Inspector flag(String name, boolean value) {
        return put(name, value);
    }

    @Override
    public Inspector group(String name) {
        return new Shown(values, path + name + "/");
    }
}
