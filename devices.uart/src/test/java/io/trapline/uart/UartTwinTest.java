package io.trapline.uart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.chardev.Chardev;
import io.trapline.device.DeviceState;
import io.trapline.tck.ManualTimers;
import io.trapline.tck.Shown;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state {@code uart.16550a}, whatever came before it: equal once restored, and alike ever after. */
class UartTwinTest {
    private static final int SEEDS = 60, STEPS = 400;

    /** A UART that is replaced now and then; each has timers of its own, as in a machine. */
    private static final class Twin {
        private final FakeChardev chardev = new FakeChardev();
        private final Pc pc;
        private ManualTimers time = new ManualTimers();
        private Uart uart;

        Twin(boolean timed) {
            pc = new Pc(timed);
            uart = new Uart(pc.line, time, chardev, timed);
            uart.reset();
        }

        /** Saves, restores and saves: the two are equal. */
        void replace(boolean timed, String where) {
            DeviceState saved = uart.save().toDeviceState();
            ManualTimers next = new ManualTimers();
            next.jump(time.now());
            time = next;
            uart = new Uart(pc.line, time, chardev, timed);
            uart.restore(UartState.of(saved));
            assertEquals(plain(saved), plain(uart.save().toDeviceState()), where);
        }

        private static Map<String, String> plain(DeviceState state) {
            Map<String, String> plain = new TreeMap<>();
            state.values()
                    .forEach(
                            (name, value) ->
                                    plain.put(
                                            name,
                                            value instanceof int[] many
                                                    ? Arrays.toString(many)
                                                    : value.toString()));
            return plain;
        }

        long step(int dice) {
            int offset = dice >>> 4 & 7;
            int value = dice >>> 8 & 0xFF;
            switch (dice & 0xF) {
                case 0, 1, 2 -> uart.write(offset, 1, value);
                case 3 -> uart.write(0, 1, value);
                case 4 -> uart.write(UartRegister.LCR.offset, 1, Pc.EIGHT_BITS);
                case 5 -> uart.write(UartRegister.FCR.offset, 1, 0xC1);
                case 6 -> uart.write(UartRegister.MCR.offset, 1, offset < 3 ? 0x1B : 0x0B);
                case 7 -> {
                    chardev.typed.add(offset == 0 ? Chardev.BREAK : value | (offset & 3) << 8);
                    uart.readable();
                }
                case 8 -> {
                    chardev.room = value & 7;
                    uart.writable();
                }
                case 9, 10 -> time.advance(value << 14);
                case 11 -> time.advance(value);
                default -> {
                    return uart.read(offset, 1);
                }
            }
            return -1;
        }
    }

    @ParameterizedTest(name = "timed: {0}")
    @ValueSource(booleans = {false, true})
    void areAlikeAfterAnyPrefix(boolean timed) {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Twin steady = new Twin(timed);
            Twin swapped = new Twin(timed);
            for (int step = 0; step < STEPS; step++) {
                String where = "seed=" + seed + " step=" + step;
                swapped.replace(timed, where);
                int dice = random.nextInt();
                assertEquals(steady.step(dice), swapped.step(dice), where);
                assertEquals(
                        Shown.of(steady.uart::inspect), Shown.of(swapped.uart::inspect), where);
            }
            assertEquals(steady.chardev.printed.toString(), swapped.chardev.printed.toString());
            assertEquals(changes(steady.chardev.breaks), changes(swapped.chardev.breaks));
        }
    }

    /** A successor says again that the line is held. */
    private static List<Boolean> changes(List<Boolean> told) {
        List<Boolean> changes = new ArrayList<>();
        for (boolean held : told) {
            if (changes.isEmpty() ? held : changes.get(changes.size() - 1) != held) {
                changes.add(held);
            }
        }
        return changes;
    }
}
