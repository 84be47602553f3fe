package io.trapline.oracle;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What comes with time, compared with QEMU's at many moments: the clock, UIP, alarm, periodic and update interrupts; the
 * UART's character time-out. {@code -Doracle.seed=7 -Doracle.steps=1000} plays another game; where QEMU's time stops is
 * not in our hands, so the same seed is not quite the same game.
 */
class RunningClockTest {
    private static final long SEED = Long.getLong("oracle.seed", 42);
    private static final int MANY_STEPS = 1000;
    private static final int MANY_SECONDS = 40;
    private static final int SOME = 3;

    @BeforeAll
    static void needsQemu() {
        Programs.requireQemu();
    }

    @ParameterizedTest
    @EnumSource
    void theRtcIsLikeQemus(Pace pace) {
        try (Endpoint ours = Programs.trapline()) {
            Tally tally = useRtc(pace, ours, pace.steps);
            System.out.println("RTC and QEMU's agree, seed " + SEED + ", " + pace + ": " + tally);
            int some = pace.steps / 40;
            assertAll(
                    () -> assertTrue(tally.moments() > pace.steps, tally::toString),
                    () -> assertTrue(tally.late() <= tally.moments() / 10, tally::toString),
                    () -> assertTrue(tally.of("UF") > some, tally::toString),
                    () -> assertTrue(tally.of("PF") > some, tally::toString),
                    () -> assertTrue(tally.of("AF") > 0 || pace == Pace.REAL, tally::toString),
                    () -> assertTrue(tally.of("IRQ 8") > some, tally::toString));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theUartIsLikeQemus(Pace pace) {
        try (Endpoint ours = Programs.trapline()) {
            Tally tally = useUart(pace, ours, pace.steps);
            System.out.println("UART and QEMU's agree, seed " + SEED + ", " + pace + ": " + tally);
            assertAll(
                    () -> assertTrue(tally.moments() > pace.steps, tally::toString),
                    () -> assertTrue(tally.late() <= tally.moments() / 10, tally::toString),
                    () -> assertTrue(tally.of("time-out") > pace.steps / 4, tally::toString),
                    () ->
                            assertTrue(
                                    tally.moments() - tally.of("time-out") > pace.steps / 4,
                                    tally::toString));
        }
    }

    static Set<Fault> faults() {
        return Fault.IN_TIME;
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aPlantedFaultIsFound(Fault fault) {
        try (Endpoint ours = Programs.trapline()) {
            boolean uart = fault.chip.equals("UART");
            Endpoint tapped =
                    new Tap(ours, (uart ? new UartChip() : new RtcChip()).decoder(), fault);

            found(() -> play(fault, tapped));
        }
    }

    private static void play(Fault fault, Endpoint ours) {
        if (fault == Fault.A_UPDATE_COMES) {
            watchUpdates(ours, SOME);
        } else if (fault == Fault.IIR_TIME_OUT) {
            useUart(Pace.FAST, ours, MANY_STEPS);
        } else {
            useRtc(Pace.FAST, ours, MANY_STEPS);
        }
    }

    /** By less than a thousandth of a second: so sharp is the comparison. */
    @Test
    void aClockThatIsLateIsFound() {
        try (Endpoint ours = Programs.trapline()) {
            Endpoint late = new LateClock(ours, 500_000);

            found(() -> watchUpdates(late, SOME));
        }
    }

    /** At the host's pace: there the steps are the smallest. */
    @Test
    void updateInProgressIsSeen() {
        try (Endpoint ours = Programs.trapline()) {
            Tally tally = watchUpdates(ours, SOME);
            System.out.println("RTC and QEMU's agree around the second's boundary: " + tally);
        }
    }

    /** Goes through the ends of seconds until UIP was seen so often. */
    private static Tally watchUpdates(Endpoint ours, int times) {
        Tally tally = new Tally(Pace.REAL);
        try (Clockwork both = new Clockwork(Pace.REAL, ours)) {
            RtcInTime guest = new RtcInTime(both, new Random(SEED), tally);
            guest.begin();
            for (int i = 0; i < MANY_SECONDS && tally.of("UIP") < times; i++) {
                guest.approach();
            }
        }
        assertTrue(tally.of("UIP") >= times, tally::toString);
        return tally;
    }

    /** A difference, and not another failure. */
    private static void found(Executable game) {
        String message = assertThrows(AssertionError.class, game).getMessage();
        assertTrue(message.matches("(?s)(RTC: A|UART: IIR) .*"), message);
    }

    private static Tally useRtc(Pace pace, Endpoint ours, int steps) {
        Tally tally = new Tally(pace);
        try (Clockwork both = new Clockwork(pace, ours)) {
            RtcInTime guest = new RtcInTime(both, new Random(SEED), tally);
            guest.begin();
            for (int i = 0; i < steps; i++) {
                guest.step();
            }
        }
        return tally;
    }

    private static Tally useUart(Pace pace, Endpoint ours, int steps) {
        Tally tally = new Tally(pace);
        try (Clockwork both = new Clockwork(pace, ours)) {
            UartInTime guest = new UartInTime(both, new Random(SEED), tally);
            for (int i = 0; i < steps; i++) {
                guest.step();
            }
        }
        return tally;
    }

    /** A side whose clock is set to less than it is. */
    private record LateClock(Endpoint side, long nanos) implements Endpoint {
        private static final String SET = "clock_set ";

        @Override
        public void send(List<String> lines) {
            side.send(lines.stream().map(this::late).toList());
        }

        private String late(String line) {
            return line.startsWith(SET)
                    ? SET + Math.max(Long.parseLong(line.substring(SET.length())) - nanos, 0)
                    : line;
        }

        @Override
        public List<Reply> receive(int count) {
            return side.receive(count);
        }

        @Override
        public void close() {
            side.close();
        }
    }
}
