package io.trapline.ioreq.pci;

import io.trapline.device.PciVectors;
import io.trapline.device.Region;
import java.util.Arrays;

/** PCI Local Bus 3.0, section 6.8.2: MSI-X, its table and pending bits in a base address register of their own. */
final class Msix implements PciVectors, Region {
    static final int ID = 0x11;
    static final int LENGTH = 12;
    static final int MOST = 2048;

    private static final int ENTRY = 16;
    private static final int LEAST_HALF = 2048;
    private static final int CONTROL = 2;
    private static final int TABLE = 4;
    private static final int PENDING = 8;
    private static final int ENABLE = 1 << 15;
    private static final int FUNCTION_MASK = 1 << 14;
    private static final int VECTOR_MASK = 1;
    private static final int VECTOR_CONTROL = 3;

    private final Registers registers;
    private final int capability;
    private final Messages messages;
    private final int count;
    private final int half;
    private final int[] table; // four doublewords a vector: address, upper address, data, control
    private final long[] pending;

    /** Lays the capability out; the table is at the start of the register's space, the pending bits at its half. */
    Msix(Registers registers, int capability, int bar, int count, Messages messages) {
        this.registers = registers;
        this.capability = capability;
        this.messages = messages;
        this.count = count;
        half = half(count);
        table = new int[4 * count];
        pending = new long[(count + 63) / 64];
        registers.define(capability + CONTROL, 2, count - 1, ENABLE | FUNCTION_MASK);
        registers.define(capability + TABLE, 4, bar, 0);
        registers.define(capability + PENDING, 4, half | bar, 0);
        reset();
    }

    /** Bytes of the base address register. */
    static long length(int count) {
        return 2L * half(count);
    }

    private static int half(int count) {
        return Math.max(LEAST_HALF, Integer.highestOneBit(2 * count * ENTRY - 1));
    }

    void reset() {
        Arrays.fill(table, 0);
        for (int vector = 0; vector < count; vector++) {
            table[4 * vector + VECTOR_CONTROL] = VECTOR_MASK;
        }
        Arrays.fill(pending, 0);
    }

    void copy(Msix other) {
        System.arraycopy(other.table, 0, table, 0, table.length);
        System.arraycopy(other.pending, 0, pending, 0, pending.length);
    }

    private int control() {
        return registers.read(capability + CONTROL, 2);
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public boolean enabled() {
        return (control() & ENABLE) != 0;
    }

    @Override
    public void signal(int vector) {
        if (vector >= 0 && vector < count && enabled()) {
            pending[vector >> 6] |= 1L << vector;
            deliver(vector);
        }
    }

    @Override
    public void withdraw(int vector) {
        if (vector >= 0 && vector < count) {
            pending[vector >> 6] &= ~(1L << vector);
        }
    }

    /** What was masked may not be any more. */
    void controlWritten() {
        if (enabled()) {
            for (int word = 0; word < pending.length; word++) {
                for (long bits = pending[word]; bits != 0; bits &= bits - 1) {
                    deliver(64 * word + Long.numberOfTrailingZeros(bits));
                }
            }
        }
    }

    /** Sends a pending message, unless it is masked. */
    private void deliver(int vector) {
        int entry = 4 * vector;
        boolean masked =
                (control() & FUNCTION_MASK) != 0
                        || (table[entry + VECTOR_CONTROL] & VECTOR_MASK) != 0;
        if (!masked) {
            pending[vector >> 6] &= ~(1L << vector);
            messages.send(
                    Integer.toUnsignedLong(table[entry]) | (long) table[entry + 1] << 32,
                    table[entry + 2]);
        }
    }

    /** Section 6.8.2: doublewords or quadwords, aligned; anything else is undefined, and here nothing. */
    @Override
    public long read(long offset, int width) {
        if (width < 4 || (offset & width - 1) != 0) {
            return OPEN_BUS;
        }
        long low = Integer.toUnsignedLong(word((int) offset));
        return width == 4 ? low : low | (long) word((int) offset + 4) << 32;
    }

    private int word(int offset) {
        if (offset < half) {
            int index = offset >> 2;
            return index < table.length ? table[index] : 0;
        }
        int index = offset - half >> 2;
        return index >> 1 < pending.length ? (int) (pending[index >> 1] >>> 32 * (index & 1)) : 0;
    }

    @Override
    public void write(long offset, int width, long value) {
        if (width >= 4 && (offset & width - 1) == 0) {
            writeWord((int) offset, (int) value);
            if (width == 8) {
                writeWord((int) offset + 4, (int) (value >>> 32));
            }
        }
    }

    /** The pending bits are for reading; of the control only the mask is there. */
    private void writeWord(int offset, int value) {
        int index = offset >> 2;
        if (index >= table.length) {
            return;
        }
        boolean isControl = (index & 3) == VECTOR_CONTROL;
        table[index] = isControl ? value & VECTOR_MASK : (index & 3) == 0 ? value & ~3 : value;
        int vector = index >> 2;
        if (isControl && enabled() && (pending[vector >> 6] >>> vector & 1) != 0) {
            deliver(vector);
        }
    }
}
