package io.trapline.ioreq.pci;

import io.trapline.device.PciAddress;
import io.trapline.device.Region;
import io.trapline.ioreq.pci.Header.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** PCI Local Bus 3.0, section 6.7: the list of what a function can do besides, each on a doubleword. */
final class Capabilities {
    private final Registers registers;
    private final PciAddress function; // whose
    private final List<Answered> answered = new ArrayList<>();
    private int end = Header.END; // of the last
    private int link = Header.CAPABILITIES; // what is to point to the next

    /** One whose registers the device answers. */
    private record Answered(int offset, int length, Region region) {
        boolean contains(int register) {
            return register >= offset && register < offset + length;
        }
    }

    Capabilities(Registers registers, PciAddress function) {
        this.registers = registers;
        this.function = function;
    }

    /** One whose registers never change; its offset. */
    int add(int id, byte[] contents) {
        int offset = add(id, contents.length + 2);
        for (int i = 0; i < contents.length; i++) {
            registers.define(offset + 2 + i, 1, contents[i], 0);
        }
        return offset;
    }

    /** One whose registers the device answers; its offset. */
    int add(int id, int length, Region region) {
        int offset = add(id, length);
        answered.add(new Answered(offset, end - offset, Objects.requireNonNull(region)));
        return offset;
    }

    /** One whose registers somebody else lays out; its offset. */
    int add(int id, int length) {
        int offset = end;
        if (id < 1 || id > 0xFF || length < 2 || offset + length > Registers.LENGTH) {
            throw new IllegalArgumentException(
                    String.format(
                            "PCI function %s: no capability 0x%x of %d bytes, wanted 0x01 to 0xff,"
                                    + " and 2 to %d bytes",
                            function, id, length, Registers.LENGTH - offset));
        }
        end = offset + length + 3 & ~3;
        registers.define(link, 1, offset, 0);
        registers.define(Header.STATUS, 2, Status.CAPABILITIES_LIST, 0);
        registers.define(offset, 1, id, 0);
        link = offset + 1;
        return offset;
    }

    /** As the guest reads any register; the two bytes at a capability's start are the list's. */
    int read(int register, int width) {
        for (Answered part : answered) {
            if (part.contains(register)) {
                return read(part, register, width);
            }
        }
        return registers.read(register, width);
    }

    private int read(Answered part, int register, int width) {
        int within = register - part.offset;
        if (within >= 2) {
            return (int) part.region.read(within, width);
        } else if (width == 4) {
            return registers.read(register, 2) | (int) part.region.read(2, 2) << 16;
        }
        return registers.read(register, width);
    }

    /** As the guest writes; false if it is not for a device. */
    boolean write(int register, int width, int value) {
        for (Answered part : answered) {
            if (part.contains(register)) {
                write(part, register - part.offset, width, value);
                return true;
            }
        }
        return false;
    }

    private static void write(Answered part, int within, int width, int value) {
        if (within >= 2) {
            part.region.write(within, width, Integer.toUnsignedLong(value));
        } else if (width == 4) {
            part.region.write(2, 2, value >>> 16);
        }
    }
}
