package io.trapline.rtc;

import static io.trapline.rtc.RtcRegister.A;
import static io.trapline.rtc.RtcRegister.B;
import static io.trapline.rtc.RtcRegister.C;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.DeviceState;
import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.tck.Shown;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The state {@code rtc.mc146818a}: a successor goes on as if nothing had happened. */
class RtcStateTest {
    private static final long SECOND = Pc.SECOND;

    private final Pc old = new Pc();

    private DeviceState saved() {
        return old.rtc.save().toDeviceState();
    }

    private static Map<String, Object> plain(DeviceState state) {
        Map<String, Object> values = new HashMap<>(state.values());
        values.put("ram", HexFormat.of().formatHex(state.bytes("ram")));
        return values;
    }

    private static Rtc successor(Pc of) {
        DeviceState state = of.rtc.save().toDeviceState();
        return restored(of, state);
    }

    private static Rtc restored(Pc on, DeviceState state) {
        Rtc next = on.fresh("1999-09-09T09:09:09");
        next.restore(RtcState.of(state));
        return next;
    }

    @Test
    void isTheSameAfterTheSwap() {
        old.set("2031-07-08T09:10:11", 3);
        old.write(A, Pc.DV_32768_HZ | 11);
        old.setAlarm(0x12, 0xFF, 0x13);
        old.enable(RegisterB.PIE | RegisterB.AIE | RegisterB.DSE);
        old.out(0x80 | 0x55, 0xAA);
        old.time.advance(3 * SECOND + 123_456_789);
        Map<String, Object> before = Shown.of(old.rtc::inspect);

        Rtc next = successor(old);

        assertEquals(before, Shown.of(next::inspect));
        assertEquals(0xAA, next.read(1, 1), "the index too");
    }

    @Test
    void derivesTheLineAgain() {
        old.enable(RegisterB.UIE);
        old.time.advance(SECOND);
        assertTrue(old.line.raised());
        DeviceState state = saved();
        old.line.set(false);

        restored(old, state);

        assertTrue(old.line.raised());
    }

    @Test
    void armsTheTimerAgainForTheSameNanosecond() {
        old.write(A, Pc.DV_32768_HZ | 3);
        old.enable(RegisterB.PIE);
        old.time.advance(100_000);
        long deadline = old.time.deadline();
        DeviceState state = saved();
        old.rtc.reset();
        assertEquals(0, old.time.armed());

        restored(old, state);

        assertEquals(deadline, old.time.deadline());
    }

    /** What happened while nobody was there has happened all the same. */
    @Test
    void goesOnWithTheMachinesTime() {
        old.enable(RegisterB.UIE);
        DeviceState state = saved();
        old.rtc.reset();
        old.time.advance(2 * SECOND);
        assertFalse(old.line.raised());

        Rtc next = restored(old, state);

        assertTrue(old.line.raised());
        assertEquals("2020-02-28 23:59:52, day 6 of the week", Shown.of(next::inspect).get("time"));
    }

    /** A machine that has just been made: its time begins at 0. */
    @Test
    void goesOnInAYoungerMachine() {
        old.time.advance(3600 * SECOND + 250_000_000);
        Pc young = new Pc();

        Rtc next = restored(young, saved());

        assertEquals("2020-02-29 00:59:50, day 7 of the week", Shown.of(next::inspect).get("time"));
        young.time.advance(750_000_000);
        assertEquals("2020-02-29 00:59:51, day 7 of the week", Shown.of(next::inspect).get("time"));
    }

    /** Two PCs do the same at random; in one of them the clock is replaced before every step. */
    @Test
    void changesNothingThatAGuestCanSee() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            boolean slew = random.nextBoolean();
            Pc steady = new Pc("2020-10-25T00:59:50", slew);
            Pc swapped = new Pc("2020-10-25T00:59:50", slew);
            Rtc current = swapped.rtc;
            for (int i = 0; i < 300; i++) {
                DeviceState state = current.save().toDeviceState();
                current.reset(); // so that only the successor's timer counts
                current = restored(swapped, state);
                String where = "seed=" + seed + " i=" + i;
                assertEquals(plain(state), plain(current.save().toDeviceState()), where);
                int dice = random.nextInt();
                assertEquals(step(dice, steady, steady.rtc), step(dice, swapped, current), where);
                assertEquals(Shown.of(steady.rtc::inspect), Shown.of(current::inspect), where);
            }
        }
    }

    /** No access at any time throws, whatever is written where; neither does a look. */
    @Test
    void isAlwaysOneThatCanBeRestored() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Pc pc = new Pc("2020-04-26T01:59:50", random.nextBoolean());
            for (int i = 0; i < 1000; i++) {
                long bits = random.nextLong();
                int offset = (int) (bits >>> 8 & 1);
                int width = 1 << (bits >>> 10 & 3);
                switch ((int) bits & 7) {
                    case 0 -> pc.time.advance((bits >>> 16) % SECOND);
                    case 1 -> pc.time.jump((bits >>> 16) % (100_000 * SECOND));
                    case 2 -> pc.rtc.read(offset, width);
                    case 3 -> pc.rtc.write(offset, width, bits >>> 16);
                    default -> pc.out((int) (bits >>> 16 & 0xF), (int) (bits >>> 24 & 0xFF));
                }
                if (i % 100 == 0) {
                    DeviceState state = pc.rtc.save().toDeviceState();
                    assertEquals(plain(state), plain(RtcState.of(state).toDeviceState()));
                    Shown.of(pc.rtc::inspect);
                }
            }
        }
    }

    private static long step(int dice, Pc pc, Rtc rtc) {
        int value = dice >>> 8 & 0xFF;
        switch (dice & 0xF) {
            case 0, 1, 2 -> {
                rtc.write(0, 1, dice >>> 16 & 0xF);
                rtc.write(1, 1, value);
            }
            case 3 -> {
                rtc.write(0, 1, A.index);
                rtc.write(1, 1, Pc.DV_32768_HZ | value & 0xF);
            }
            case 4 -> {
                rtc.write(0, 1, B.index);
                rtc.write(1, 1, value & ~RegisterB.SET);
            }
            case 5 -> rtc.write(0, 1, value);
            case 6 -> pc.time.advance(value * 1_000L);
            case 7 -> pc.time.advance(value * 10_000_000L);
            case 8 -> pc.time.advance(value * 10_000_000_000L);
            case 9, 10 -> {
                rtc.write(0, 1, C.index);
                return rtc.read(1, 1);
            }
            default -> {
                return rtc.read(1, 1) << 1 | (pc.line.raised() ? 1 : 0);
            }
        }
        return pc.line.raised() ? 1 : 0;
    }

    @ParameterizedTest
    @CsvSource({"rtc.mc146818a, 2", "rtc.mc146818a, 0", "uart.16550a, 1", "none, 1"})
    void refusesWhatItDoesNotUnderstand(String schema, int version) {
        DeviceState state = new DeviceState(schema, version, saved().values());

        assertThrows(IllegalArgumentException.class, () -> restored(old, state));
    }

    @ParameterizedTest
    @CsvSource({
        "index, 128",
        "index, -1",
        "flags, 128",
        "flags, 1",
        "backlog, 1025",
        "backlog, -1",
        "now, -1",
        "phase, 1000000000",
        "phase, -1",
        "edge, 1",
        "edge, -32",
    })
    void refusesAValueOutOfRange(String name, long value) {
        Map<String, Object> values = new HashMap<>(saved().values());
        values.put(name, value);

        assertThrows(
                IllegalArgumentException.class,
                () -> restored(old, new DeviceState(RtcState.SCHEMA, 1, values)));
    }

    @ParameterizedTest(name = "[{0}] = {1}")
    @CsvSource({"0, 128", "10, 128", "11, 144", "12, 1", "13, 128"})
    void refusesABitThatNobodyCanHaveWritten(int index, int value) {
        Map<String, Object> values = new HashMap<>(saved().values());
        byte[] ram = saved().bytes("ram");
        ram[index] = (byte) value;
        values.put("ram", ram);

        assertThrows(
                IllegalArgumentException.class,
                () -> restored(old, new DeviceState(RtcState.SCHEMA, 1, values)));
    }

    @Test
    void refusesAnotherNumberOfBytes() {
        Map<String, Object> values = new HashMap<>(saved().values());
        values.put("ram", new byte[64]);

        assertThrows(
                IllegalArgumentException.class,
                () -> restored(old, new DeviceState(RtcState.SCHEMA, 1, values)));
    }
}
