package io.trapline.rtc;

import static io.trapline.rtc.RtcRegister.A;
import static io.trapline.rtc.RtcRegister.B;
import static io.trapline.rtc.RtcRegister.C;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.rtc.RtcRegister.RegisterC;
import io.trapline.tck.Shown;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MC146818A, "Register A", "Periodic interrupt" and table 5 at a time base of 32.768 kHz. */
class RtcPeriodicInterruptTest {
    private static final long SECOND = Pc.SECOND;
    private static final int PENDING = RegisterC.IRQF | RegisterC.PF;

    private final Pc pc = new Pc().atSecond();

    /** Lets time pass; acknowledges each interrupt on its nanosecond, as a guest does: reads C. */
    private int interrupts(Pc on, long nanos) {
        int count = 0;
        long end = on.time.now() + nanos;
        while (on.time.armed() > 0 && on.time.deadline() <= end) {
            on.time.advance(on.time.deadline() - on.time.now());
            assertTrue(on.line.raised());
            assertEquals(PENDING, on.read(C) & PENDING);
            count++;
        }
        on.time.advance(end - on.time.now());
        return count;
    }

    @ParameterizedTest(name = "RS = {0}: {1} Hz")
    @CsvSource({
        "1, 256", "2, 128", "3, 8192", "4, 4096", "5, 2048", "6, 1024", "7, 512", "8, 256",
        "9, 128", "10, 64", "11, 32", "12, 16", "13, 8", "14, 4", "15, 2"
    })
    void comesAtTheRateOfTable5ForAMinute(int rateSelect, int hertz) {
        pc.write(A, Pc.DV_32768_HZ | rateSelect);
        pc.enable(RegisterB.PIE);

        assertEquals(60 * hertz, interrupts(pc, 60 * SECOND));
        assertFalse(pc.line.raised());
    }

    @Test
    void doesNotComeAtRateZero() {
        pc.write(A, Pc.DV_32768_HZ);
        pc.enable(RegisterB.PIE);
        assertEquals(0, pc.time.armed());
        pc.time.advance(60 * SECOND);
        assertEquals(0, pc.read(C) & PENDING);
    }

    /** No drift: the k-th comes in the first nanosecond after k periods of 1953125 / 64 ns each. */
    @Test
    void comesOnItsNanosecond() {
        pc.write(A, Pc.DV_32768_HZ | 3);
        pc.enable(RegisterB.PIE);
        long start = pc.time.now();
        for (long k = 1; k <= 5 * 8192; k++) {
            long exact = (k * 4 * 1_953_125 + 63) / 64;
            assertEquals(start + exact, pc.time.deadline());
            pc.time.advance(pc.time.deadline() - pc.time.now());
            pc.read(C);
        }
        assertEquals(start + 5 * SECOND, pc.time.now());
    }

    /** PF is set whatever PIE is, and no timer runs for that. */
    @Test
    void setsPfWhetherEnabledOrNot() {
        pc.write(A, Pc.DV_32768_HZ | 15);
        pc.time.advance(SECOND / 2 - 1);
        assertEquals(0, pc.read(C));
        pc.time.advance(1);
        assertEquals(RegisterC.PF, pc.read(C));
        assertEquals(0, pc.read(C));
        assertEquals(0, pc.time.expired());
        assertEquals(0, pc.line.edges());
    }

    @Test
    void comesAtOnceIfEnabledWhilePending() {
        pc.write(A, Pc.DV_32768_HZ | 15);
        pc.time.advance(SECOND);
        pc.enable(RegisterB.PIE);
        assertTrue(pc.line.raised());
        pc.disable(RegisterB.PIE);
        assertFalse(pc.line.raised());
    }

    /** No timer runs while the guest has not acknowledged. */
    @Test
    void waitsForTheAcknowledgement() {
        pc.write(A, Pc.DV_32768_HZ | 3);
        pc.enable(RegisterB.PIE);
        pc.time.advance(10 * SECOND);
        assertEquals(1, pc.time.expired());
        assertEquals(1, pc.line.edges());
        assertEquals(PENDING, pc.read(C) & PENDING);
        assertEquals(1, pc.time.armed());
    }

    /** SET stops the clock, not the chain. */
    @Test
    void comesUnderSet() {
        pc.write(A, Pc.DV_32768_HZ | 6);
        pc.write(B, RegisterB.SET | RegisterB.PIE);
        assertEquals(1024, interrupts(pc, SECOND));
    }

    /** Another rate counts from the last interrupt on: no interval is short. */
    @Test
    void countsAnotherRateFromTheLastInterrupt() {
        pc.write(A, Pc.DV_32768_HZ | 13);
        pc.enable(RegisterB.PIE);
        for (int i = 0; i < 50; i++) {
            assertEquals(1, interrupts(pc, SECOND / 8), "8 Hz");
            pc.write(A, Pc.DV_32768_HZ | 15);
            assertEquals(0, interrupts(pc, SECOND / 2 - 1));
            assertEquals(1, interrupts(pc, 1), "2 Hz");
            pc.write(A, Pc.DV_32768_HZ | 13);
        }
    }

    @Test
    void doesNotComeAtOnceWhenARateIsRaised() {
        pc.write(A, Pc.DV_32768_HZ | 15);
        pc.enable(RegisterB.PIE);
        pc.time.advance(SECOND * 3 / 8 + 1);
        pc.write(A, Pc.DV_32768_HZ | 13);
        assertEquals(SECOND / 2, pc.time.deadline() - pc.time.now() + SECOND * 3 / 8 + 1);
    }

    @Test
    void isNotMovedByWritingTheSameRate() {
        pc.write(A, Pc.DV_32768_HZ | 14);
        pc.enable(RegisterB.PIE);
        long deadline = pc.time.deadline();
        pc.time.advance(SECOND / 8);
        pc.write(A, Pc.DV_32768_HZ | 14);
        pc.write(A, 0 << 4 | 14);
        assertEquals(deadline, pc.time.deadline());
    }

    /** ticks=discard: what came while one was pending is gone. */
    @Test
    void discardsWhatWasMissed() {
        pc.write(A, Pc.DV_32768_HZ | 10);
        pc.enable(RegisterB.PIE);
        pc.time.advance(SECOND);
        assertEquals(PENDING, pc.read(C) & PENDING);
        assertEquals(0, pc.read(C));
        assertEquals(1, pc.line.edges());
    }

    /** ticks=slew: each is given, with an edge of its own, and all rates count right in the end. */
    @Test
    void givesLaterWhatWasMissed() {
        Pc slewing = Pc.slewing().atSecond();
        slewing.write(A, Pc.DV_32768_HZ | 10);
        slewing.enable(RegisterB.PIE);
        slewing.time.advance(SECOND);
        for (int i = 0; i < 64; i++) {
            assertTrue(slewing.line.raised());
            assertEquals(PENDING, slewing.read(C) & PENDING);
        }
        assertFalse(slewing.line.raised());
        assertEquals(0, slewing.read(C));
        assertEquals(64, slewing.line.edges());
    }

    /** A host that was busy: the timer comes late, by many periods. */
    @Test
    void givesLaterWhatALateTimerMissed() {
        Pc slewing = Pc.slewing().atSecond();
        slewing.write(A, Pc.DV_32768_HZ | 6);
        slewing.enable(RegisterB.PIE);
        slewing.time.jump(SECOND / 2);
        int given = 0;
        while ((slewing.read(C) & PENDING) == PENDING) {
            given++;
        }
        assertEquals(512, given);
        assertEquals(512, interrupts(slewing, SECOND / 2));
    }

    @Test
    void remembersNoMoreThanItsLimit() {
        Pc slewing = Pc.slewing().atSecond();
        slewing.write(A, Pc.DV_32768_HZ | 3);
        slewing.enable(RegisterB.PIE);
        slewing.time.advance(3600 * SECOND);
        int given = 0;
        while ((slewing.read(C) & PENDING) == PENDING) {
            given++;
        }
        assertEquals(1 + Rtc.BACKLOG_LIMIT, given);
    }

    @Test
    void forgetsWhatWasMissedWhenDisabled() {
        Pc slewing = Pc.slewing().atSecond();
        slewing.write(A, Pc.DV_32768_HZ | 10);
        slewing.enable(RegisterB.PIE);
        slewing.time.advance(SECOND);
        slewing.disable(RegisterB.PIE);
        slewing.enable(RegisterB.PIE);
        assertEquals(PENDING, slewing.read(C) & PENDING);
        assertEquals(0, slewing.read(C));
    }

    /** What is owed is time: at half the rate, half as many. */
    @ParameterizedTest(name = "RS = {0}")
    @ValueSource(ints = {11, 9, 0})
    void owesTimeWhenTheRateChanges(int rateSelect) {
        Pc slewing = Pc.slewing().atSecond();
        slewing.write(A, Pc.DV_32768_HZ | 10);
        slewing.enable(RegisterB.PIE);
        slewing.time.advance(SECOND + SECOND / 64);
        slewing.write(A, Pc.DV_32768_HZ | rateSelect);
        long owed = rateSelect == 0 ? 0 : 64L * (1 << 9) / Divider.period(rateSelect);
        assertEquals(owed, Shown.of(slewing.rtc::inspect).get("periodic interrupts owed"));
    }
}
