package io.trapline.acrn;

/** Scratch: bytes that are read and written in little-endian words of any width. */
final class Cells {
    private final byte[] bytes;

    Cells(int length) {
        bytes = new byte[length];
    }

    int length() {
        return bytes.length;
    }

    long get(int offset, int width) {
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << 8 | bytes[offset + i] & 0xff;
        }
        return value;
    }

    void set(int offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            bytes[offset + i] = (byte) (value >>> 8 * i);
        }
    }

    /** The low bytes of a value. */
    static long cut(long value, int width) {
        return width == Long.BYTES ? value : value & (1L << 8 * width) - 1;
    }
}
