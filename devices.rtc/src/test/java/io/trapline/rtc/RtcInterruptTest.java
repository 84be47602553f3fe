package io.trapline.rtc;

import static io.trapline.rtc.RtcRegister.A;
import static io.trapline.rtc.RtcRegister.B;
import static io.trapline.rtc.RtcRegister.C;
import static io.trapline.rtc.RtcRegister.D;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.rtc.RtcRegister.RegisterC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MC146818A, "Interrupts", "Register B", "Register C" and "RESET". */
class RtcInterruptTest {
    private static final long SECOND = Pc.SECOND;

    private final Pc pc = new Pc().atSecond();

    /** Update-ended: UF is set after each update cycle. */
    @Test
    void comesAfterEachUpdate() {
        pc.write(A, Pc.DV_32768_HZ);
        pc.enable(RegisterB.UIE);
        for (int i = 1; i <= 60; i++) {
            pc.time.advance(SECOND - 1);
            assertFalse(pc.line.raised());
            pc.time.advance(1);
            assertTrue(pc.line.raised());
            assertEquals(RegisterC.IRQF | RegisterC.UF, pc.read(C) & ~RegisterC.AF);
        }
        assertEquals(60, pc.time.expired());
    }

    /** Case: REG C is 0 when it is read again. */
    @Test
    void areClearedByReadingC() {
        pc.write(A, Pc.DV_32768_HZ | 6);
        pc.setAlarm(0xFF, 0xFF, 0xFF);
        pc.enable(RegisterB.PIE | RegisterB.AIE | RegisterB.UIE);
        pc.time.advance(SECOND);
        assertTrue(pc.line.raised());
        assertEquals(0xF0, pc.read(C));
        assertFalse(pc.line.raised());
        assertEquals(0, pc.read(C));
    }

    /** Each flag is set whether enabled or not, IRQF only for one that is. */
    @ParameterizedTest(name = "B = {0}")
    @ValueSource(ints = {0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70})
    void setAllFlagsAndIrqfForThoseEnabled(int enables) {
        pc.write(A, Pc.DV_32768_HZ | 15);
        pc.setAlarm(0xFF, 0xFF, 0xFF);
        pc.enable(enables);
        pc.time.advance(SECOND);
        assertEquals(enables != 0, pc.line.raised());
        assertEquals(0x70 | (enables != 0 ? 0x80 : 0), pc.read(C));
        assertFalse(pc.line.raised());
    }

    /** "Interrupts": a flag that is set already activates IRQ as soon as it is enabled. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {RegisterB.PIE, RegisterB.AIE, RegisterB.UIE})
    void comeAtOnceIfEnabledWhilePending(int enable) {
        pc.write(A, Pc.DV_32768_HZ | 15);
        pc.setAlarm(0xFF, 0xFF, 0xFF);
        pc.time.advance(SECOND);
        assertFalse(pc.line.raised());
        pc.enable(enable);
        assertTrue(pc.line.raised());
        pc.disable(enable);
        assertFalse(pc.line.raised());
        assertEquals(0x70, pc.read(C), "the flags stay");
    }

    /** No timer runs for nothing. */
    @Test
    void needNoTimerWhileNoneIsEnabled() {
        pc.write(A, Pc.DV_32768_HZ | 3);
        pc.setAlarm(0xFF, 0xFF, 0xFF);
        assertEquals(0, pc.time.armed());
        pc.enable(RegisterB.UIE);
        assertEquals(1, pc.time.armed());
        pc.time.advance(10 * SECOND);
        assertEquals(0, pc.time.armed(), "pending");
        pc.read(C);
        assertEquals(1, pc.time.armed());
        pc.disable(RegisterB.UIE);
        assertEquals(0, pc.time.armed());
        assertEquals(1, pc.time.expired());
    }

    /** A timer that is late: whoever looks first sees what has happened. */
    @Test
    void areSeenBeforeALateTimer() {
        pc.enable(RegisterB.UIE);
        pc.time.jump(SECOND);
        assertEquals(RegisterC.IRQF | RegisterC.UF, pc.read(C) & ~(RegisterC.AF | RegisterC.PF));
        assertFalse(pc.line.raised());
        pc.time.advance(0);
        assertFalse(pc.line.raised());
    }

    /** RESET: clears PIE, AIE, UIE, SQWE and the flags; clock, calendar, RAM and the other bits stay. */
    @Test
    void areClearedByResetAndTimeIsNot() {
        pc.set("2020-02-28T12:00:00", 6);
        pc.out(0x40, 0x5A);
        pc.write(A, Pc.DV_32768_HZ | 15);
        pc.setAlarm(0xFF, 0xFE, 0xFD);
        pc.write(B, 0x7F);
        pc.time.advance(SECOND + SECOND / 4);
        assertTrue(pc.line.raised());

        pc.rtc.reset();

        assertFalse(pc.line.raised());
        assertEquals(RegisterB.DM | RegisterB.HOURS_24 | RegisterB.DSE, pc.read(B));
        assertEquals(Pc.DV_32768_HZ | 15, pc.read(A));
        assertEquals(0, pc.read(C));
        assertEquals(0x80, pc.read(D));
        assertEquals(0x5A, pc.in(0x40));
        assertEquals("0c:00:01", pc.shownTime());
        assertEquals(0xFE, pc.read(RtcRegister.MINUTES_ALARM));
        pc.time.advance(SECOND * 3 / 4);
        assertEquals("0c:00:02", pc.shownTime());
    }

    @Test
    void leavesSetAsItIsAtReset() {
        pc.enable(RegisterB.SET);
        pc.rtc.reset();
        assertEquals(RegisterB.SET | RegisterB.HOURS_24, pc.read(B));
    }
}
