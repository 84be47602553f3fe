package io.trapline.launcher;

import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.TypeConversionException;

/** A word out of a few. */
final class Word {
    private Word() {}

    /** The constant that is written so. */
    static <E extends Enum<E>> E of(Class<E> words, String text) {
        List<E> all = Arrays.asList(words.getEnumConstants());
        return all.stream()
                .filter(word -> word.toString().equals(text))
                .findAny()
                .orElseThrow(
                        () -> new TypeConversionException("'" + text + "' is not one of " + all));
    }
}
