package io.trapline.bench;

import java.util.Arrays;

/** Numbers from several rounds, and the middle of them. */
final class Sample {
    private final double[] sorted;

    /**
     * Copies the numbers.
     *
     * @param values at least one
     */
    Sample(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("an empty sample has no middle");
        }
        sorted = values.clone();
        Arrays.sort(sorted);
    }

    /** The middle one; between the two in the middle if their number is even. */
    double median() {
        return quantile(0.5);
    }

    /**
     * A quantile, interpolated between neighbours (type 7 of Hyndman and Fan, 1996: what R and NumPy give).
     *
     * @param part 0 is the smallest number, 1 the largest
     */
    double quantile(double part) {
        double place = part * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
