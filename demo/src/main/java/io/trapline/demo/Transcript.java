package io.trapline.demo;

import java.util.Locale;

/** What a person reads: each line with the seconds since the beginning. */
final class Transcript {
    private final long start = System.nanoTime();

    void say(String line) {
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.println(String.format(Locale.ROOT, "[%6.2f s] ", seconds) + line);
    }

    /** More about the line before. */
    void more(String lines) {
        lines.lines().forEach(line -> System.out.println("           " + line));
    }
}
