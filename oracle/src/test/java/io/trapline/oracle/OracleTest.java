package io.trapline.oracle;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.trapline.oracle.Hunt.Find;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Registers and interrupt line of the UART and of the RTC, compared with QEMU's over long random sequences. Time stands
 * still. {@code -Doracle.seed=7 -Doracle.length=300 -Doracle.commands=1000} plays another game.
 */
class OracleTest {
    private static final int COMMANDS = Integer.getInteger("oracle.commands", 55_000);

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

    /** Far from one another: each is the first of as many as are needed. */
    static LongStream seeds() {
        Long chosen = Long.getLong("oracle.seed");
        return chosen != null
                ? LongStream.of(chosen)
                : LongStream.of(1_000_000, 2_000_000, 3_000_000, 4_000_000);
    }

    @ParameterizedTest(name = "UART, seed {0}")
    @MethodSource("seeds")
    void theUartIsLikeQemus(long seed) {
        Census census = compare(new UartChip(), seed);
        if (whole()) {
            States.ofUart(census);
        }
    }

    @ParameterizedTest(name = "RTC, seed {0}")
    @MethodSource("seeds")
    void theRtcIsLikeQemus(long seed) {
        Census census = compare(new RtcChip(), seed);
        if (whole()) {
            States.ofRtc(census);
        }
    }

    private static Census compare(Chip chip, long seed) {
        Census census = new Census();
        Optional<Find> find = new Hunt(sides.duel(chip), census).seek(seed, COMMANDS);
        find.ifPresent(found -> fail(found.report(chip.name())));
        System.out.println(chip.name() + " and QEMU's agree, seed " + seed + ": " + census);
        assertTrue(census.commands() >= COMMANDS);
        return census;
    }

    /** Not a game of somebody's own. */
    private static boolean whole() {
        return Long.getLong("oracle.seed") == null && Integer.getInteger("oracle.commands") == null;
    }
}
