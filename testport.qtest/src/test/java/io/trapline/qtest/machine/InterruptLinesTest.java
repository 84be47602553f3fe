package io.trapline.qtest.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A pin is high while a device or somebody outside drives it, and each change is told once. */
class InterruptLinesTest {
    private final InterruptLines lines = new InterruptLines();
    private final List<String> told = new ArrayList<>();

    @Test
    void areTheOrOfBothSides() {
        lines.listen((gsi, high) -> told.add(gsi + (high ? " high" : " low")));
        lines.inside(4, true);
        lines.inside(4, true);
        lines.outside(4, true);
        lines.inside(4, false);
        lines.outside(47, true);
        lines.outside(4, false);

        assertEquals(List.of("4 high", "47 high", "4 low"), told);
    }

    @Test
    void tellNobodyUntilSomebodyListens() {
        lines.inside(4, true);
        lines.listen((gsi, high) -> told.add(gsi + (high ? " high" : " low")));
        lines.inside(4, false);
        lines.listen(null);
        lines.inside(4, true);

        assertEquals(List.of("4 low"), told);
    }

    @Test
    void areThoseOfTwoControllers() {
        assertThrows(IllegalArgumentException.class, () -> lines.inside(48, true));
        assertThrows(IllegalArgumentException.class, () -> lines.outside(-1, true));
    }
}
