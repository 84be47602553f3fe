package io.trapline.ioreq.pci;

/** 256 bytes of configuration space, little-endian; a write changes the bits that are writable. */
final class Registers {
    static final int LENGTH = 256;

    private final byte[] values = new byte[LENGTH];
    private final byte[] powerOn = new byte[LENGTH];
    private final byte[] writable = new byte[LENGTH];

    /** Lays a register out. */
    void define(int offset, int width, int value, int mask) {
        put(powerOn, offset, width, value);
        put(values, offset, width, value);
        put(writable, offset, width, mask);
    }

    int read(int offset, int width) {
        int value = 0;
        for (int i = 0; i < width; i++) {
            value |= (values[offset + i] & 0xFF) << 8 * i;
        }
        return value;
    }

    /** As a guest writes: bits that are not writable stay. */
    void write(int offset, int width, int value) {
        for (int i = 0; i < width; i++) {
            int mask = writable[offset + i];
            int given = value >>> 8 * i;
            values[offset + i] = (byte) (values[offset + i] & ~mask | given & mask);
        }
    }

    /** As hardware changes it. */
    void set(int offset, int width, int value) {
        put(values, offset, width, value);
    }

    void reset() {
        System.arraycopy(powerOn, 0, values, 0, LENGTH);
    }

    /** The first byte that is laid out otherwise: other bits writable, or one that is not of another value; -1: none. */
    int difference(Registers other) {
        for (int i = 0; i < LENGTH; i++) {
            int fixed = ~writable[i];
            if (writable[i] != other.writable[i]
                    || ((powerOn[i] ^ other.powerOn[i]) & fixed) != 0) {
                return i;
            }
        }
        return -1;
    }

    /** Takes over what a guest has made of the other, and what it was at power-on. */
    void copy(Registers other) {
        System.arraycopy(other.values, 0, values, 0, LENGTH);
        System.arraycopy(other.powerOn, 0, powerOn, 0, LENGTH);
    }

    private static void put(byte[] bytes, int offset, int width, int value) {
        for (int i = 0; i < width; i++) {
            bytes[offset + i] = (byte) (value >>> 8 * i);
        }
    }
}
