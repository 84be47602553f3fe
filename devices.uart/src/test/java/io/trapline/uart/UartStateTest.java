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

import io.trapline.chardev.Chardev;
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
import org.junit.jupiter.params.provider.ValueSource;

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
        old.arrive(Chardev.BREAK);
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

    @ParameterizedTest
    @CsvSource({"uart.16550a, 3", "uart.16550a, 0", "rtc.mc146818a, 1", "none, 1"})
    void refusesWhatItDoesNotUnderstand(String schema, int version) {
        DeviceState state = new DeviceState(schema, version, saved().values());

        assertThrows(IllegalArgumentException.class, () -> restore(old.uart, state));
    }

    /** §8.10: THRE comes late by less than the character takes. */
    @ParameterizedTest
    @CsvSource({"100, false", "101, true"})
    void refusesATransmitterThatIsEmptyAfterItsCharacter(long delayed, boolean refused) {
        Map<String, Object> values = new HashMap<>(saved().values());
        values.put("transmitted", new int[0]);
        values.put("thre", false);
        values.put("shift", 65);
        values.put("shiftHeld", false);
        values.put("shiftEnd", 100L);
        values.put("threDelayed", delayed);
        DeviceState state = new DeviceState(UartState.SCHEMA, UartState.VERSION, values);

        if (refused) {
            assertThrows(IllegalArgumentException.class, () -> restore(old.uart, state));
        } else {
            restore(old.uart, state);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ier, 16",
        "mcr, 32",
        "receiverStatus, 32",
        "divisor, 65536",
        "divisor, -1",
        "pace, 0",
        "rbr, 256",
        "shift, -2",
        "shift, 512",
        "shiftEnd, -1",
        "timeOut, 2147483647000000000",
        "threDelayed, 2147483647000000000",
        "threDelayed, 1",
        "now, -1",
        "fcr, 2"
    })
    void refusesAValueOutOfRangeAndTakesNothing(String name, long value) {
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

    /** What waits for room has been sent already: a time at which it will be means nothing. */
    @Test
    void offersWhatTheLineRefusedAtOnce() {
        Pc timed = new Pc(true).configured(12);
        Map<String, Object> values = new HashMap<>(timed.uart.save().toDeviceState().values());
        values.put("shift", (int) 'x');
        values.put("shiftHeld", true);
        values.put("shiftEnd", 1_000_000L);

        restore(timed.uart, new DeviceState(UartState.SCHEMA, UartState.VERSION, values));

        assertEquals("x", timed.chardev.printed.toString());
    }

    @Test
    void keepsTheGateClosedInLoopback() {
        old.write(IER, Ier.ETBEI);
        old.write(MCR, Mcr.OUT2 | Mcr.LOOP);

        successor();

        assertFalse(old.line.raised());
    }

    /** As version 1 of this device saved it: no shift register, and the time-out counts from the last character. */
    @Test
    void readsVersion1() {
        Map<String, Object> values = new HashMap<>();
        Map.of("ier", 0x03, "fcr", 0xC1, "lcr", 0x03, "mcr", 0x0B, "msr", 0xB0, "scr", 0x5A)
                .forEach(values::put);
        values.put("divisor", 12);
        values.put("received", new int[] {'a', 0x1000});
        values.put("receiverStatus", 0x81);
        values.put("timedOut", false);
        values.put("moved", 1_000_000L);
        values.put("transmitted", new int[] {'x', 'y'});
        values.put("thrEmpty", false);
        old.time.advance(2_000_000);

        restore(old.uart, new DeviceState(UartState.SCHEMA, 1, values));

        assertEquals("xy", old.chardev.printed.toString());
        assertEquals(Iir.FIFOS | Iir.THR_EMPTY, old.read(IIR));
        old.time.advance(3_166_665);
        assertFalse(old.line.raised());
        old.time.advance(1);
        assertEquals(Iir.FIFOS | Iir.TIME_OUT, old.read(IIR));
        assertEquals('a', old.read(UartRegister.RBR));
        assertEquals(0x91, old.read(UartRegister.LSR) & 0x9F);
    }

    @Test
    void readsVersion1WithoutFifos() {
        Map<String, Object> values = new HashMap<>(Map.of("ier", 0, "fcr", 0, "lcr", 3, "mcr", 8));
        Map.of("msr", 0xB0, "scr", 0, "divisor", 0, "moved", 0L, "timedOut", false)
                .forEach(values::put);
        values.put("received", new int[] {'a'});
        values.put("receiverStatus", 0x01);
        values.put("transmitted", new int[0]);
        values.put("thrEmpty", false);

        restore(old.uart, new DeviceState(UartState.SCHEMA, 1, values));

        assertEquals(0x61, old.read(UartRegister.LSR));
        assertEquals('a', old.read(UartRegister.RBR));
        assertEquals(115_200L, Shown.of(old.uart::inspect).get("baud"));
    }

    /** In a machine that is younger than the one that was saved, all goes on from that nanosecond. */
    @Test
    void goesOnFromTheNanosecondAtWhichItWasSaved() {
        Pc before = new Pc(true).configured(12);
        before.time.advance(50_000_000);
        before.write(THR, 'x');
        before.time.advance(1_000_000);
        DeviceState state = before.uart.save().toDeviceState();
        Pc after = new Pc(true);
        after.time.advance(7);

        restore(after.uart, state);

        after.time.advance(41_665);
        assertEquals("", after.chardev.printed.toString());
        after.time.advance(1);
        assertEquals("x", after.chardev.printed.toString());
    }

    /** The configuration may have changed with the swap. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void losesNothingWhenTheTransmitterChanges(boolean timed) {
        Pc before = new Pc(timed).configured(12);
        before.write(FCR, 0x01);
        before.chardev.room = 0;
        before.write(THR, 'x');
        before.write(THR, 'y');
        before.write(THR, 'z');
        Pc after = new Pc(!timed);

        restore(after.uart, before.uart.save().toDeviceState());

        after.time.advance(1_000_000_000);
        assertEquals("xyz", after.chardev.printed.toString());
        assertEquals(0x60, after.read(UartRegister.LSR));
    }

    /** A state that nobody saved is refused as a whole, or is one that a guest and time can go on with. */
    @Test
    void isSafeWhateverItSays() {
        Map<String, Object> sane = saved().values();
        String[] names = sane.keySet().toArray(String[]::new);
        int refused = 0;
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            Map<String, Object> values = new HashMap<>(sane);
            for (int i = random.nextInt(3); i >= 0; i--) {
                String name = names[random.nextInt(names.length)];
                values.put(name, strange(sane.get(name), random));
            }
            Pc pc = new Pc(random.nextBoolean());
            try {
                restore(pc.uart, new DeviceState(UartState.SCHEMA, UartState.VERSION, values));
            } catch (IllegalArgumentException e) {
                refused++;
            }
            for (int i = 0; i < 30; i++) {
                pc.uart.write(random.nextInt(8), 1, random.nextInt(256));
                pc.uart.read(random.nextInt(8), 1);
                pc.time.advance(random.nextInt(100_000_000));
                restore(pc.uart, pc.uart.save().toDeviceState());
            }
        }
        assertTrue(refused > 500 && refused < 1_900, refused + " refused");
    }

    private static Object strange(Object sane, Random random) {
        if (sane instanceof Boolean) {
            return random.nextBoolean();
        } else if (sane instanceof int[]) {
            return random.ints(random.nextInt(20), 0, 256).toArray();
        } else if (sane instanceof Long) {
            return random.nextLong() >> random.nextInt(64);
        }
        return random.nextInt() >> random.nextInt(32);
    }
}
