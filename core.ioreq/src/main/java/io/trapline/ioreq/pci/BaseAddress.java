package io.trapline.ioreq.pci;

import io.trapline.device.Claim;
import io.trapline.device.PciBar;

/** PCI Local Bus 3.0, section 6.2.5.1: one base address register, or two that are one. */
final class BaseAddress {
    /** What {@link #wanted} gives where the guest wants it nowhere. */
    static final long NOWHERE = 0;

    private static final int IO_SPACE = 1;
    private static final int ANYWHERE_64 = 2 << 1;
    private static final int PREFETCHABLE = 1 << 3;
    private static final long TOP_32 = 0xFFFF_FFFFL;

    private final Registers registers;
    private final int offset;
    private final PciBar kind;
    private final long length;
    private final Claim claim;

    /** Lays the register out; it decodes nothing yet. */
    BaseAddress(Registers registers, int index, PciBar kind, long length, Claim claim) {
        this.registers = registers;
        this.offset = Header.BARS + 4 * index;
        this.kind = kind;
        this.length = length;
        this.claim = claim;
        powerOn(NOWHERE);
    }

    /** Refuses what no such register can decode. */
    static void check(int index, PciBar kind, long length) {
        long least = kind == PciBar.IO ? 4 : 16;
        long most = kind == PciBar.IO ? 256 : wide(kind) ? 1L << 40 : 1L << 31;
        int last = index + (wide(kind) ? 1 : 0);
        if (index < 0 || last >= Header.BAR_COUNT) {
            throw new IllegalArgumentException(
                    "no base address register "
                            + index
                            + " of kind "
                            + kind
                            + ", wanted 0 to "
                            + (Header.BAR_COUNT - (wide(kind) ? 2 : 1)));
        }
        if (Long.bitCount(length) != 1 || length < least || length > most) {
            throw new IllegalArgumentException(
                    "base address register "
                            + index
                            + ": length="
                            + length
                            + ", wanted a power of two from "
                            + least
                            + " to "
                            + most);
        }
    }

    static boolean wide(PciBar kind) {
        return kind == PciBar.MEMORY_64 || kind == PciBar.MEMORY_64_PREFETCHABLE;
    }

    /** Where it is at power-on. */
    void powerOn(long address) {
        long mask = -length;
        registers.define(offset, 4, (int) address | type(), (int) mask);
        if (wide(kind)) {
            registers.define(offset + 4, 4, (int) (address >>> 32), (int) (mask >>> 32));
        }
    }

    private int type() {
        return switch (kind) {
            case IO -> IO_SPACE;
            case MEMORY_32 -> 0;
            case MEMORY_64 -> ANYWHERE_64;
            case MEMORY_64_PREFETCHABLE -> ANYWHERE_64 | PREFETCHABLE;
        };
    }

    int index() {
        return (offset - Header.BARS) / 4;
    }

    PciBar kind() {
        return kind;
    }

    long length() {
        return length;
    }

    /** Which it is, what it decodes, and where. */
    @Override
    public String toString() {
        return index()
                + ": "
                + (kind == PciBar.IO ? "port " : "memory ")
                + (claim.mapped() ? "0x" + Long.toHexString(claim.first()) : "unmapped")
                + "+"
                + length;
    }

    boolean covers(int register) {
        return register >= offset && register < offset + (wide(kind) ? 8 : 4);
    }

    /**
     * Where the guest wants it; {@link #NOWHERE} while the space is disabled, at 0, and at the top, where the writes
     * that ask for its length leave it.
     */
    private long wanted(int command) {
        int enable = kind == PciBar.IO ? Header.Command.IO : Header.Command.MEMORY;
        if ((command & enable) == 0) {
            return NOWHERE;
        }
        long address = Integer.toUnsignedLong(registers.read(offset, 4)) & -length;
        if (wide(kind)) {
            address |= (long) registers.read(offset + 4, 4) << 32;
            return address + length == 0 ? NOWHERE : address;
        }
        return address + length > TOP_32 ? NOWHERE : address;
    }

    /** Lets go of a place that is not wanted any more. */
    void leave(int command) {
        if (claim.mapped() && claim.first() != wanted(command)) {
            claim.unmap();
        }
    }

    /** Goes to the place that is wanted, if it is free; false if it is not. */
    boolean settle(int command) {
        long address = wanted(command);
        return address == NOWHERE || claim.mapped() || claim.move(address);
    }
}
