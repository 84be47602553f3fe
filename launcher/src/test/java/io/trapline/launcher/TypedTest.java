package io.trapline.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Values as they are typed in an option, by the table that the shell's test goes through too. */
class TypedTest {
    @ParameterizedTest(name = "{0} {1} {2} {3} {4}: \"{5}\" is {6}")
    @CsvFileSource(
            files = "../shell/src/test/resources/values.csv",
            delimiter = '|',
            quoteCharacter = '\'')
    void areReadByTheTable(
            String type,
            Long min,
            Long max,
            String choices,
            boolean many,
            String text,
            String value) {
        Set<String> words = choices == null ? Set.of() : Set.of(choices.split(" "));
        Metatype.Attribute key = new Metatype.Attribute(type, many, words, min, max);
        if (value.equals("-")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Typed.value(new Typed.Text(text), key),
                    text);
        } else {
            assertEquals(value, shown(Typed.value(new Typed.Text(text), key)));
        }
    }

    private static String shown(Object value) {
        return value instanceof List<?> several
                ? several.stream().map(Object::toString).collect(Collectors.joining(" "))
                : value.toString();
    }
}
