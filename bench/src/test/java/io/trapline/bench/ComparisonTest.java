package io.trapline.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The line that scripts read: docs/performance.md, "How to read a line". */
class ComparisonTest {
    private static final Pattern LINE =
            Pattern.compile(
                    "bench: (\\S+) ([0-9.]+) (\\S+) ratio ([0-9.]+) to (.+)"
                            + " \\(quartiles ([0-9.]+)-([0-9.]+)\\)");

    @Test
    void theRatiosArePairedRoundByRound() {
        double[] ours = {10, 100, 30};
        double[] theirs = {20, 100, 20};

        // 0.5, 1.0, 1.5; the ratio of the medians would be 1.5
        assertEquals(1.0, new Comparison("a", "ns", "b", ours, theirs).ratios().median());
    }

    @Test
    void theLineNamesMedianRatioAndQuartiles() {
        double[] ours = {31.24, 31.16, 62};
        double[] theirs = {31.24, 62.32, 62};

        assertEquals(
                "bench: dispatch-4 31.2 ns ratio 1.00 to a bare loop (quartiles 0.75-1.00)",
                new Comparison("dispatch-4", "ns", "a bare loop", ours, theirs).line());
    }

    @ParameterizedTest
    @CsvSource({"0, 0.00", "3.14159, 3.14", "31.4159, 31.4", "999.94, 999.9", "25147.3, 25147"})
    void theMedianHasAsManyDecimalsAsMakeSense(double value, String printed) {
        String line = new Comparison("a", "ns", "b", new double[] {value}, new double[] {1}).line();

        assertTrue(line.startsWith("bench: a " + printed + " ns "), line);
    }

    @Test
    void aLineHasTheSameFormWhateverTheLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            double[] one = {1.5};
            String line = new Comparison("a", "ns", "b c", one, one).line();
            assertTrue(LINE.matcher(line).matches(), line);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void roundsWithoutACounterpartAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Comparison("a", "ns", "b", new double[2], new double[3]));
    }
}
