package io.trapline.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an inspection showed, by name. */
class ShownTest {
    @Test
    void keepsValuesByTheirPath() {
        assertEquals(
                Map.of("LSR", 0x60L, "queue 0/size", 16L, "queue 0/ready", true, "at", "pty"),
                Shown.of(
                        out -> {
                            out.register("LSR", 0x60, 1).text("at", "pty");
                            out.group("queue 0").number("size", 16).flag("ready", true);
                        }));
    }

    @Test
    void refusesANameTwiceAndARegisterThatDoesNotFit() {
        assertThrows(
                AssertionError.class, () -> Shown.of(out -> out.number("n", 1).flag("n", true)));
        assertThrows(AssertionError.class, () -> Shown.of(out -> out.register("r", 0x100, 1)));
    }
}
