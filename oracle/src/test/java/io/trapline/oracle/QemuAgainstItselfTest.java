package io.trapline.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The instrument itself: two QEMUs agree in everything, and a fault between them is seen. */
class QemuAgainstItselfTest {
    private static final int COMMANDS = 20_000;

    private static Sides sides;

    @BeforeAll
    static void start() {
        sides = Sides.alike();
    }

    @AfterAll
    static void end() {
        if (sides != null) {
            sides.close();
        }
    }

    static Stream<Chip> chips() {
        return Stream.of(new Alike(new UartChip()), new Alike(new RtcChip()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("chips")
    void thereIsNoDifference(Chip chip) {
        Hunt hunt = new Hunt(sides.duel(chip), new Census());

        assertEquals(Optional.empty(), hunt.seek(1, COMMANDS));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("chips")
    void aFaultIsSeen(Chip chip) {
        Fault fault = chip.name().equals("UART") ? Fault.SCRATCH : Fault.MINUTES;
        Hunt hunt = new Hunt(sides.duel(chip, fault), new Census());

        assertTrue(hunt.seek(1, COMMANDS).orElseThrow().length() <= 3);
    }

    /** A chip of which both sides must say the same, legal or not, and whatever the datasheet says. */
    private record Alike(Chip chip) implements Chip {
        @Override
        public String name() {
            return chip.name();
        }

        @Override
        public List<Command> prologue() {
            return chip.prologue();
        }

        @Override
        public List<Command> traffic(Random random, int length) {
            return chip.traffic(random, length);
        }

        @Override
        public Decoder decoder() {
            return chip.decoder();
        }

        @Override
        public Referee referee(Consumer<Exclusion> excused) {
            Decoder decoder = chip.decoder();
            return new Referee() {
                @Override
                public boolean legal(Command command) {
                    return true;
                }

                @Override
                public Expected judge(Command command, Reply qemu) {
                    decoder.follow(command);
                    return new Expected(qemu.value(), 0xFF, qemu.edges());
                }

                @Override
                public String register(Command command) {
                    return decoder.register(command);
                }
            };
        }

        @Override
        public String toString() {
            return name();
        }
    }
}
