package io.trapline.oracle;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What one seed must have seen; a generator that no longer does compares little. */
final class States {
    private static final int OFTEN = 5;

    private States() {}

    static void ofUart(Census census) {
        assertAll(
                () ->
                        each(
                                census, "IIR", 0x00, 0x01, 0x02, 0x04, 0x06, 0xC0, 0xC1, 0xC2, 0xC4,
                                0xC6),
                () -> each(census, "LSR", 0x60, 0x61, 0x63),
                () -> each(census, "FCR", 0x00, 0x01, 0x41, 0x81, 0xC1, 0xC7),
                () -> various(census, "MSR", 60),
                () -> various(census, "RBR", 250),
                () -> various(census, "LCR", 240),
                () -> various(census, "DLL", 100),
                () -> various(census, "DLM", 100),
                () -> assertTrue(census.edges() > census.commands() / 20, census::toString));
    }

    static void ofRtc(Census census) {
        assertAll(
                () -> various(census, "A", 64),
                () -> various(census, "B", 200),
                () -> various(census, "seconds", 100),
                () -> various(census, "hours", 80),
                () -> various(census, "year", 150),
                () -> various(census, "century", 60),
                () -> various(census, "RAM", 100),
                () -> rare(census, Exclusion.RTC_NO_DATE, 20),
                () -> rare(census, Exclusion.RTC_DAY_OF_WEEK, 20));
    }

    private static void each(Census census, String register, int... values) {
        for (int value : values) {
            assertTrue(
                    census.of(register, value) >= OFTEN,
                    () -> String.format("%s was 0x%02x too seldom: %s", register, value, census));
        }
    }

    private static void various(Census census, String register, int values) {
        assertTrue(
                census.values(register) >= values,
                () -> register + " had " + census.values(register) + " values: " + census);
    }

    /** What is not looked at must be a small part. */
    private static void rare(Census census, Exclusion exclusion, int oneIn) {
        assertTrue(census.of(exclusion) < census.commands() / oneIn, census::toString);
    }
}
