package io.trapline.qtest.setup;

import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.KeyValues;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The machines that there are. They differ in what is built in. */
public enum MachineModel {
    /** A PC: clock, serial ports, firmware's configuration port, hot plug. */
    PC,
    /** The same without hot plug, and without what it can be told to be without. */
    MICROVM,
    /** Nothing: for those who only want to know what there is. */
    NONE;

    /** What {@code -M} names; none given: {@link #PC}. */
    static MachineModel of(KeyValues option) throws BadOption {
        String name = option.withFirst("type").first();
        if (name.isEmpty()) {
            return PC;
        }
        for (MachineModel model : values()) {
            if (model.toString().equals(name)) {
                return model;
            }
        }
        throw new BadOption(
                "no machine "
                        + name
                        + ", there is "
                        + names().stream().collect(Collectors.joining(", ")));
    }

    /** Their names. */
    public static List<String> names() {
        return Arrays.stream(values()).map(MachineModel::toString).toList();
    }

    boolean hasClock(KeyValues option) {
        return this == PC || this == MICROVM && unlessOff(option, "rtc");
    }

    boolean hasSerialPorts(KeyValues option) {
        return this == PC || this == MICROVM && unlessOff(option, "isa-serial");
    }

    boolean hasHotplug() {
        return this == PC;
    }

    boolean hasFirmwareConfiguration() {
        return this != NONE;
    }

    private static boolean unlessOff(KeyValues option, String key) {
        return option.get(key) == null || option.get(key).equals("auto") || option.on(key);
    }

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
