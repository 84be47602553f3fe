package io.trapline.fuzz;

/** The fuzzer's bytes, taken one by one; zeroes once they are used up. */
public final class Input {
    private static final int SHIFTS = 36;
    private static final int MAGNITUDES = 62;
    private static final int QUARTERS = 33;
    private static final long QUARTER_OF_A_DAY = 6 * 3600 * 1_000_000_000L;

    private final byte[] bytes;
    private int at;

    Input(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean isEmpty() {
        return at >= bytes.length;
    }

    /** The next byte, which stays the next. */
    int peek() {
        return at < bytes.length ? bytes[at] & 0xFF : 0;
    }

    /** The next byte, 0 to 255. */
    public int next() {
        return at < bytes.length ? bytes[at++] & 0xFF : 0;
    }

    /** A number from 0 to {@code bound - 1}; no byte is used if there is but one. */
    public int below(int bound) {
        return bound <= 1 ? 0 : next() % bound;
    }

    /** A little-endian number of so many bytes, zero-extended. */
    long number(int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (long) next() << 8 * i;
        }
        return value;
    }

    /** Nanoseconds, of all magnitudes from 1 to some hours, and now and then up to 8 days. */
    long nanos() {
        int magnitude = next() % 64;
        long count = next() + 1L;
        return magnitude < MAGNITUDES
                ? count << magnitude % SHIFTS
                : (count - 1) % QUARTERS * QUARTER_OF_A_DAY + 1;
    }
}
