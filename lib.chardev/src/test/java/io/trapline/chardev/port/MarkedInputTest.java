package io.trapline.chardev.port;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.chardev.Chardev;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** termios(3), PARMRK: what a terminal gives, and what came over the line. */
class MarkedInputTest {
    private static List<Integer> characters(boolean parity, String hex) {
        MarkedInput input = new MarkedInput(parity);
        List<Integer> characters = new ArrayList<>();
        for (String value : hex.split(" ")) {
            int character = input.next(Integer.parseInt(value, 16));
            if (character >= 0) {
                characters.add(character);
            }
        }
        return characters;
    }

    // spotless:off
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "61 62,             61 62",
        "00,                00",
        "FF FF,             FF",
        "FF FF FF FF 00,    FF FF 00",
        "FF 00 00,          400",       // a break
        "FF 00 00 61,       400 61",
        "FF 00 61,          261",       // a framing error, for want of parity
        "FF 00 FF,          2FF",
        "FF 00 FF FF FF,    2FF FF",
        "FF 00 00 FF 00 00, 400 400",
        "FF,                ''",        // more is to come
        "FF 00,             ''",
        "FF 61,             61",        // no terminal sends that
    })
    // spotless:on
    void isTakenApart(String given, String expected) {
        List<Integer> wanted = new ArrayList<>();
        for (String value : expected.split(" ")) {
            if (!value.isEmpty()) {
                wanted.add(Integer.parseInt(value, 16));
            }
        }

        assertEquals(wanted, characters(false, given));
    }

    @Test
    void blamesTheParityWhereThereIsOne() {
        assertEquals(List.of('a' | Chardev.PARITY_ERROR), characters(true, "FF 00 61"));
        assertEquals(List.of(Chardev.BREAK), characters(true, "FF 00 00"));
    }
}
