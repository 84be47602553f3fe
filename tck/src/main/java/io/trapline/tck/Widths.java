package io.trapline.tck;

/** The widths an access can have. */
final class Widths {
    private Widths() {}

    static void require(int width) {
        if (width < 1 || width > 8 || Integer.bitCount(width) != 1) {
            throw new IllegalArgumentException(
                    "no such width: " + width + " bytes, wanted 1, 2, 4 or 8");
        }
    }

    /** The low bytes of a value, zero-extended. */
    static long cut(long value, int width) {
        return width == 8 ? value : value & (1L << 8 * width) - 1;
    }
}
