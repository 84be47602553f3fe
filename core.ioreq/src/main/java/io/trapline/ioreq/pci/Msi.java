package io.trapline.ioreq.pci;

import io.trapline.device.PciVectors;

/** PCI Local Bus 3.0, section 6.8.1: MSI with a 64-bit address and a mask bit for each vector. */
final class Msi implements PciVectors {
    static final int ID = 0x05;
    static final int LENGTH = 24;
    static final int MOST = 32;

    private static final int CONTROL = 2;
    private static final int ADDRESS = 4;
    private static final int DATA = 12;
    private static final int MASK = 16;
    private static final int PENDING = 20;
    private static final int ENABLE = 1;
    private static final int MULTIPLE_ENABLE_SHIFT = 4;
    private static final int MULTIPLE = 7;
    private static final int ADDRESS_64 = 1 << 7;
    private static final int MASKABLE = 1 << 8;

    private final Registers registers;
    private final int capability;
    private final Messages messages;
    private final int count;

    /** Lays the capability out. */
    Msi(Registers registers, int capability, int count, Messages messages) {
        this.registers = registers;
        this.capability = capability;
        this.messages = messages;
        this.count = count;
        int capable = Integer.numberOfTrailingZeros(count) << 1;
        registers.define(
                capability + CONTROL,
                2,
                capable | ADDRESS_64 | MASKABLE,
                ENABLE | MULTIPLE << MULTIPLE_ENABLE_SHIFT);
        registers.define(capability + ADDRESS, 4, 0, ~3);
        registers.define(capability + ADDRESS + 4, 4, 0, ~0);
        registers.define(capability + DATA, 4, 0, 0xFFFF);
        registers.define(capability + MASK, 4, 0, (int) (0xFFFF_FFFFL >>> MOST - count));
        registers.define(capability + PENDING, 4, 0, 0);
    }

    private int control() {
        return registers.read(capability + CONTROL, 2);
    }

    /** How many the guest has allowed, at most all. */
    private int allowed() {
        return Math.min(1 << (control() >> MULTIPLE_ENABLE_SHIFT & MULTIPLE), count);
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public boolean enabled() {
        return (control() & ENABLE) != 0;
    }

    /** Where fewer are allowed, the last of them stands for the rest. */
    @Override
    public void signal(int vector) {
        if (vector >= 0 && vector < count && enabled()) {
            deliver(Math.min(vector, allowed() - 1));
        }
    }

    @Override
    public void withdraw(int vector) {
        if (vector >= 0 && vector < count) {
            int pending = registers.read(capability + PENDING, 4);
            registers.set(
                    capability + PENDING, 4, pending & ~(1 << Math.min(vector, allowed() - 1)));
        }
    }

    private void deliver(int vector) {
        int pending = registers.read(capability + PENDING, 4);
        boolean masked = (registers.read(capability + MASK, 4) >>> vector & 1) != 0;
        registers.set(
                capability + PENDING, 4, masked ? pending | 1 << vector : pending & ~(1 << vector));
        if (!masked) {
            long address =
                    Integer.toUnsignedLong(registers.read(capability + ADDRESS, 4))
                            | (long) registers.read(capability + ADDRESS + 4, 4) << 32;
            int data = registers.read(capability + DATA, 4);
            messages.send(address, data & -allowed() | vector);
        }
    }

    /** What was masked may not be any more. */
    void written() {
        if (enabled()) {
            int due =
                    registers.read(capability + PENDING, 4) & ~registers.read(capability + MASK, 4);
            for (int bits = due; bits != 0; bits &= bits - 1) {
                deliver(Integer.numberOfTrailingZeros(bits));
            }
        }
    }
}
