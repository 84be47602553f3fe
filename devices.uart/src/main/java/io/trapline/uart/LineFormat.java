package io.trapline.uart;

import io.trapline.uart.UartRegister.Lcr;

/** PC16550D (June 1995), §8.1 and §8.2: what LCR and the divisor latch make of a character's time. */
final class LineFormat {
    private static final long CRYSTAL_HERTZ = 1_843_200; // table III
    private static final long CLOCKS_PER_BIT = 16; // §8.2
    private static final long SECOND = 1_000_000_000;

    private int lcr;
    private int divisor;
    private int pace; // the last divisor that was not 0

    /** The divisor latch. */
    int divisor() {
        return divisor;
    }

    int pace() {
        return pace;
    }

    /** §8.2 allows 1 to 65535. With 0, on the way to another or for ever, the line keeps its last rate. */
    void divisor(int value) {
        divisor = value;
        if (value != 0) {
            pace = value;
        }
    }

    void lcr(int value) {
        lcr = value;
    }

    /** What a predecessor had. */
    void restore(int newLcr, int newDivisor, int newPace) {
        lcr = newLcr;
        divisor = newDivisor;
        pace = newPace;
    }

    long baud() {
        return CRYSTAL_HERTZ / (CLOCKS_PER_BIT * pace);
    }

    /** Nanoseconds of so many characters: a start bit, 5 to 8 data bits, parity if any, 1, 1.5 or 2 stop bits. */
    long characters(int count) {
        long halfBits = 2L * (1 + 5 + (lcr & Lcr.WLS) + ((lcr & Lcr.PEN) != 0 ? 1 : 0)) + 2;
        if ((lcr & Lcr.STB) != 0) {
            halfBits += (lcr & Lcr.WLS) == 0 ? 1 : 2;
        }
        return count * halfBits * pace * CLOCKS_PER_BIT * SECOND / (2 * CRYSTAL_HERTZ);
    }

    /** Nanoseconds of a bit. */
    long bit() {
        return (long) pace * CLOCKS_PER_BIT * SECOND / CRYSTAL_HERTZ;
    }
}
