package io.trapline.uart;

import static io.trapline.uart.UartRegister.FCR;
import static io.trapline.uart.UartRegister.IER;
import static io.trapline.uart.UartRegister.IIR;
import static io.trapline.uart.UartRegister.LCR;
import static io.trapline.uart.UartRegister.MCR;
import static io.trapline.uart.UartRegister.SCR;
import static io.trapline.uart.UartRegister.THR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.DeviceState;
import io.trapline.tck.Shown;
import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Iir;
import io.trapline.uart.UartRegister.Lcr;
import io.trapline.uart.UartRegister.Mcr;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The state {@code uart.16550a}: a successor goes on as if nothing had happened. */
class UartStateTest {
    private final Pc old = new Pc().configured(12);

    private DeviceState saved() {
        return old.uart.save().toDeviceState();
    }

    private static void restore(Uart uart, DeviceState state) {
        uart.restore(UartState.of(state));
    }

    /** A successor on the same board, with the same chardev. */
    private Uart successor() {
        Uart next = new Uart(old.line, old.time, old.chardev);
        restore(next, saved());
        return next;
    }

    @Test
    void isTheSameAfterTheSwap() {
        old.write(FCR, 0xC1);
        old.write(IER, Ier.MASK);
        old.write(SCR, 0x5A);
        old.chardev.room = 1;
        old.write(THR, 'x');
        old.write(THR, 'y');
        old.type("a");
        old.arrive(io.trapline.chardev.Chardev.BREAK);
        Map<String, Object> before = Shown.of(old.uart::inspect);

        Uart next = successor();

        assertEquals(before, Shown.of(next::inspect));
    }

    /** Case: console dead after a restore because THRE was not armed again. */
    @Test
    void goesOnSendingWhereItsPredecessorHadNoRoom() {
        old.write(FCR, 0x01);
        old.write(IER, Ier.ETBEI);
        old.chardev.room = 0;
        old.write(THR, 'x');
        old.write(THR, 'y');
        assertFalse(old.line.raised());
        DeviceState state = saved();
        old.chardev.room = 99; // while nobody was there to be told

        restore(new Uart(old.line, old.time, old.chardev), state);

        assertEquals("xy", old.chardev.printed.toString());
        assertTrue(old.line.raised());
    }

    @Test
    void derivesTheLineAgain() {
        old.write(IER, Ier.ETBEI);
        assertTrue(old.line.raised());
        old.line.set(false);

        Uart next = successor();

        assertTrue(old.line.raised());
        assertEquals(Iir.THR_EMPTY, next.read(IIR.offset, 1));
        assertFalse(old.line.raised());
    }

    @Test
    void armsTheTimeOutAgainForTheSameMoment() {
        old.write(FCR, 0xC1);
        old.write(IER, Ier.ERBFI);
        old.type("a");
        old.time.advance(4_000_000);
        Uart next = new Uart(old.line, old.time, old.chardev);
        DeviceState state = saved();
        old.uart.reset(); // so that only the successor's timer counts
        restore(next, state);

        old.time.advance(166_665);
        assertFalse(old.line.raised());
        old.time.advance(1);
        assertTrue(old.line.raised());
        assertEquals(Iir.FIFOS | Iir.TIME_OUT, next.read(IIR.offset, 1));
    }

    @Test
    void goesOnHoldingABreak() {
        old.write(LCR, Pc.EIGHT_BITS | Lcr.BREAK);
        old.chardev.breaks.clear();

        successor();

        assertEquals(java.util.List.of(true), old.chardev.breaks);
    }

    @Test
    void takesNothingBeforeItIsRestored() {
        old.write(FCR, 0x01);
        old.type("0123456789abcdef" + "ghi");
        DeviceState state = saved();
        Uart next = new Uart(old.line, old.time, old.chardev);
        assertEquals(3, old.chardev.typed.size());
        restore(next, state);

        StringBuilder read = new StringBuilder();
        while ((next.read(5, 1) & 1) != 0) {
            read.append((char) next.read(0, 1));
        }
        assertEquals("0123456789abcdefghi", read.toString());
    }

    /** Two PCs do the same at random; in one of them the UART is replaced before every step. */
    @Test
    void changesNothingThatAGuestCanSee() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            Pc steady = new Pc();
            Pc swapped = new Pc();
            Uart current = swapped.uart;
            for (int i = 0; i < 300; i++) {
                DeviceState state = current.save().toDeviceState();
                current = new Uart(swapped.line, swapped.time, swapped.chardev);
                restore(current, state);
                int dice = random.nextInt();
                assertEquals(
                        step(dice, steady, steady.uart),
                        step(dice, swapped, current),
                        "seed=" + seed);
                assertEquals(
                        Shown.of(steady.uart::inspect),
                        Shown.of(current::inspect),
                        "seed=" + seed + " i=" + i);
            }
            assertEquals(steady.chardev.printed.toString(), swapped.chardev.printed.toString());
        }
    }

    private static long step(int dice, Pc pc, Uart uart) {
        int offset = dice >>> 4 & 7;
        int value = dice >>> 8 & 0xFF;
        switch (dice & 0xF) {
            case 0, 1, 2, 3, 4, 5 -> uart.write(offset, 1, value);
            case 6 -> uart.write(LCR.offset, 1, Pc.EIGHT_BITS);
            case 7 -> uart.write(FCR.offset, 1, 0xC1);
            case 8 -> {
                pc.chardev.typed.add(value);
                uart.readable();
            }
            case 9 -> {
                pc.chardev.room = value & 7;
                uart.writable();
            }
            default -> {
                return uart.read(offset, 1);
            }
        }
        return -1;
    }

    @ParameterizedTest
    @CsvSource({"uart.16550a, 3", "uart.16550a, 0", "rtc.mc146818a, 1", "none, 1"})
    void refusesWhatItDoesNotUnderstand(String schema, int version) {
        DeviceState state = new DeviceState(schema, version, saved().values());

        assertThrows(IllegalArgumentException.class, () -> restore(old.uart, state));
    }

    @ParameterizedTest
    @CsvSource({
        "ier, 16",
        "mcr, 32",
        "receiverStatus, 32",
        "divisor, 65536",
        "divisor, -1",
        "fcr, 2"
    })
    void refusesAValueOutOfRangeAndTakesNothing(String name, int value) {
        Map<String, Object> values = new HashMap<>(saved().values());
        values.put(name, value);
        Map<String, Object> before = Shown.of(old.uart::inspect);

        assertThrows(
                IllegalArgumentException.class,
                () ->
                        restore(
                                old.uart,
                                new DeviceState(UartState.SCHEMA, UartState.VERSION, values)));
        assertEquals(before, Shown.of(old.uart::inspect));
    }

    @Test
    void refusesMoreCharactersThanTheFifoHas() {
        Map<String, Object> values = new HashMap<>(saved().values());
        values.put("received", new int[2]);

        assertThrows(
                IllegalArgumentException.class,
                () ->
                        restore(
                                old.uart,
                                new DeviceState(UartState.SCHEMA, UartState.VERSION, values)));
    }

    @Test
    void keepsTheGateClosedInLoopback() {
        old.write(IER, Ier.ETBEI);
        old.write(MCR, Mcr.OUT2 | Mcr.LOOP);

        successor();

        assertFalse(old.line.raised());
    }
}
