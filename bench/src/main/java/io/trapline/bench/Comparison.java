package io.trapline.bench;

import java.util.Locale;

/**
 * One figure: what we need, round by round, beside what a yardstick needed in the same round.
 *
 * @param name the figure's name, without blanks
 * @param unit of the numbers, without blanks
 * @param yardstick what we are compared with
 * @param ours one number a round
 * @param theirs as many
 */
record Comparison(String name, String unit, String yardstick, double[] ours, double[] theirs) {
    Comparison {
        if (ours.length != theirs.length) {
            throw new IllegalArgumentException(
                    name + ": " + ours.length + " rounds of ours, " + theirs.length + " of theirs");
        }
    }

    /** Ours over theirs, round by round: what disturbs a round disturbs both. */
    Sample ratios() {
        double[] ratios = new double[ours.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours[i] / theirs[i];
        }
        return new Sample(ratios);
    }

    /** The line that a script can read: {@code bench: NAME MEDIAN UNIT ratio R to YARDSTICK (quartiles Q1-Q3)}. */
    String line() {
        Sample ratios = ratios();
        return String.format(
                Locale.ROOT,
                "bench: %s %s %s ratio %.2f to %s (quartiles %.2f-%.2f)",
                name,
                number(new Sample(ours).median()),
                unit,
                ratios.median(),
                yardstick,
                ratios.quantile(0.25),
                ratios.quantile(0.75));
    }

    /** Two decimals below ten, one below a thousand, none above. */
    private static String number(double value) {
        int decimals = Math.abs(value) < 10 ? 2 : Math.abs(value) < 1000 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
