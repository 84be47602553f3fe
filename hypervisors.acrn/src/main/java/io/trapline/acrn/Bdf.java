package io.trapline.acrn;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PCI function in one number, as the driver takes it: 8 bits of bus, 5 of device, 3 of function.
 *
 * @param value that number
 */
record Bdf(int value) {
    private static final int DEVICES = 32;
    private static final Pattern SYNTAX =
            Pattern.compile("(?:([0-9a-fA-F]{1,2}):)?([0-9a-fA-F]{1,2})\\.([0-7])");

    /** Reads {@code [bus:]device.function}, each hexadecimal; the bus is 0 if left out. */
    static Bdf parse(String text) {
        Matcher parts = SYNTAX.matcher(text);
        int device = parts.matches() ? Integer.parseInt(parts.group(2), 16) : DEVICES;
        if (device >= DEVICES) {
            throw new IllegalArgumentException(
                    "a PCI function as [bus:]device.function, hexadecimal, such as 00:14.0, in place of "
                            + text);
        }
        int bus = parts.group(1) == null ? 0 : Integer.parseInt(parts.group(1), 16);
        return new Bdf(bus << 8 | device << 3 | Integer.parseInt(parts.group(3)));
    }

    /** As Linux writes it, without the domain: {@code 00:14.0}. */
    @Override
    public String toString() {
        return "%02x:%02x.%x".formatted(value >>> 8, value >>> 3 & 0x1F, value & 0x7);
    }
}
