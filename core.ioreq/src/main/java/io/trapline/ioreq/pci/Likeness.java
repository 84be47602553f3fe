package io.trapline.ioreq.pci;

import java.util.List;

/** Whether a driver that knows one function would find the same in another, and if not, in words, why. */
final class Likeness {
    /** Fields of the header that are as their device says. */
    private enum Field {
        // spotless:off
        //                offset                   bytes  name
        VENDOR           (Header.VENDOR_ID,        2,     "Vendor ID"),
        DEVICE           (Header.DEVICE_ID,        2,     "Device ID"),
        REVISION         (Header.REVISION_ID,      1,     "Revision ID"),
        CLASS            (Header.CLASS_CODE,       3,     "Class Code"),
        SUBSYSTEM_VENDOR (Header.SUBSYSTEM_VENDOR, 2,     "Subsystem Vendor ID"),
        SUBSYSTEM        (Header.SUBSYSTEM_ID,     2,     "Subsystem ID"),
        PIN              (Header.INTERRUPT_PIN,    1,     "Interrupt Pin");
        // spotless:on

        final int offset;
        final int width;
        final String text;

        Field(int offset, int width, String text) {
            this.offset = offset;
            this.width = width;
            this.text = text;
        }

        String of(Registers registers) {
            return String.format("0x%0" + 2 * width + "x", registers.read(offset, width));
        }
    }

    private Likeness() {}

    /** The first thing that differs; empty: nothing does. */
    static String difference(
            Registers now, List<BaseAddress> bars, Registers before, List<BaseAddress> barsBefore) {
        int at = now.difference(before);
        if (at < 0) {
            return "";
        }
        for (Field field : Field.values()) {
            if (at >= field.offset && at < field.offset + field.width) {
                return field.text + " is " + field.of(now) + ", was " + field.of(before);
            }
        }
        int index = (at - Header.BARS) / 4;
        if (at >= Header.BARS && index < Header.BAR_COUNT) {
            return "base address register "
                    + index
                    + " is "
                    + layout(bars, at)
                    + ", was "
                    + layout(barsBefore, at);
        }
        return at < Header.END
                ? "it has capabilities, or had"
                : String.format("its capabilities differ from 0x%02x on", at);
    }

    private static String layout(List<BaseAddress> bars, int register) {
        return bars.stream()
                .filter(bar -> bar.covers(register))
                .map(bar -> bar.kind() + " of " + bar.length() + " bytes")
                .findAny()
                .orElse("none");
    }
}
