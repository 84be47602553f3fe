package io.trapline.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), definition 7. */
class SampleTest {
    @ParameterizedTest(name = "{0}: {1}, {2}, {3}")
    @CsvSource({
        "5,                5,    5,   5",
        "4 2,              2.5,  3,   3.5",
        "3 1 2,            1.5,  2,   2.5",
        "1 2 3 4,          1.75, 2.5, 3.25",
        "7 1 5 3 6 2 4,    2.5,  4,   5.5",
        "10 10 10 1000 10, 10,   10,  10",
    })
    void theQuartilesAreThoseOfDefinition7(String values, double q1, double median, double q3) {
        double[] numbers =
                java.util.Arrays.stream(values.split(" "))
                        .mapToDouble(Double::parseDouble)
                        .toArray();
        Sample sample = new Sample(numbers);

        assertEquals(q1, sample.quantile(0.25), 1e-12);
        assertEquals(median, sample.median(), 1e-12);
        assertEquals(q3, sample.quantile(0.75), 1e-12);
    }

    @Test
    void theEndsAreTheSmallestAndTheLargest() {
        Sample sample = new Sample(3, 9, 4);

        assertEquals(3, sample.quantile(0));
        assertEquals(9, sample.quantile(1));
    }

    @Test
    void theNumbersAreCopied() {
        double[] numbers = {3, 1, 2};
        Sample sample = new Sample(numbers);
        numbers[0] = 100;

        assertEquals(2, sample.median());
        assertEquals(1, numbers[1]);
    }

    @Test
    void anEmptySampleIsRefused() {
        assertThrows(IllegalArgumentException.class, Sample::new);
    }
}
