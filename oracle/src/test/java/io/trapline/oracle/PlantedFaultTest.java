package io.trapline.oracle;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.oracle.Hunt.Find;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A fault of one bit on the wire to us is found, and made short: the comparison sees. */
class PlantedFaultTest {
    private static final int BUDGET = 50_000;

    /** Enough to bring a chip from the prologue into any state that shows a bit. */
    private static final int SHORT = 10;

    private static Sides sides;

    @BeforeAll
    static void start() {
        sides = Sides.start();
    }

    @AfterAll
    static void end() {
        if (sides != null) {
            sides.close();
        }
    }

    static Set<Fault> faults() {
        return EnumSet.complementOf(EnumSet.copyOf(Fault.IN_TIME));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void isFoundAndShrunk(Fault fault) {
        Chip chip = fault.chip.equals("UART") ? new UartChip() : new RtcChip();

        Find find =
                new Hunt(sides.duel(chip, fault), new Census())
                        .seek(fault.ordinal() * 1000L, BUDGET)
                        .orElseThrow(() -> new AssertionError(fault + " was not seen"));

        System.out.println(
                fault + " seen after " + find.after() + " commands, as " + find.length());
        assertTrue(find.length() <= SHORT, () -> find.report(chip.name()));
    }
}
