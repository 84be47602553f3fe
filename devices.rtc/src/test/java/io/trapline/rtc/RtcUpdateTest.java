package io.trapline.rtc;

import static io.trapline.rtc.RtcRegister.A;
import static io.trapline.rtc.RtcRegister.B;
import static io.trapline.rtc.RtcRegister.C;
import static io.trapline.rtc.RtcRegister.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.rtc.RtcRegister.RegisterC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MC146818A, "Update cycle", table 4 (divider) and table 6 (update cycle times). */
class RtcUpdateTest {
    private static final long SECOND = Pc.SECOND;

    private final Pc pc = new Pc().atSecond();

    @Test
    void comesOnceASecond() {
        pc.set("2020-02-28T00:00:00", 6);
        for (int i = 1; i < 60; i++) {
            pc.time.advance(SECOND - 1);
            assertEquals(Pc.bcd(i - 1), pc.read(SECONDS));
            pc.time.advance(1);
            assertEquals(Pc.bcd(i), pc.read(SECONDS));
        }
    }

    /** Table 6: UIP is set tBUC = 244 us before an update; 8 periods of the crystal, to the nanosecond. */
    @Test
    void isAnnouncedByUip() {
        for (int i = 0; i < 3; i++) {
            assertFalse(pc.updateInProgress());
            pc.time.advance(SECOND - Pc.UIP - 1);
            assertFalse(pc.updateInProgress());
            pc.time.advance(1);
            assertTrue(pc.updateInProgress());
            pc.time.advance(Pc.UIP - 1);
            assertTrue(pc.updateInProgress());
            pc.time.advance(1);
        }
        assertFalse(pc.updateInProgress());
    }

    @Test
    void leavesTheTimeAloneWhileUipIsSet() {
        pc.set("2020-02-28T12:00:00", 6);
        pc.time.advance(SECOND - 1);
        assertTrue(pc.updateInProgress());
        assertEquals("12:00:00", pc.shownTime());
    }

    /** "Writing the SET bit in Register B to a 1 inhibits any update cycle and then clears the UIP status bit." */
    @Test
    void isInhibitedBySet() {
        pc.set("2020-02-28T12:00:00", 6);
        pc.time.advance(SECOND - 1);
        pc.enable(RegisterB.SET);
        assertFalse(pc.updateInProgress());
        pc.time.advance(10 * SECOND);
        assertEquals("12:00:00", pc.shownTime());
        assertEquals(0, pc.read(C) & (RegisterC.UF | RegisterC.AF));
    }

    /** SET stops the counters, not the chain: the next update comes when it would have come. */
    @Test
    void keepsItsPhaseUnderSet() {
        pc.time.advance(SECOND / 4);
        pc.set("2020-02-28T12:00:00", 6);
        pc.time.advance(SECOND * 3 / 4 - 1);
        assertEquals("12:00:00", pc.shownTime());
        pc.time.advance(1);
        assertEquals("12:00:01", pc.shownTime());
    }

    @Test
    void clearsUieWithSet() {
        pc.enable(RegisterB.UIE);
        pc.enable(RegisterB.SET);
        assertEquals(RegisterB.SET | RegisterB.HOURS_24, pc.read(B));
        pc.write(B, RegisterB.SET | RegisterB.UIE);
        assertEquals(RegisterB.SET, pc.read(B));
    }

    /** Table 4. A PC's crystal has 32.768 kHz whatever DV says; a guest's 000 and 001 run with it. */
    @ParameterizedTest(name = "DV = {0}")
    @ValueSource(ints = {0, 1, 2})
    void goesOnWithEachTimeBase(int dv) {
        pc.set("2020-02-28T12:00:00", 6);
        pc.write(A, dv << 4);
        pc.time.advance(SECOND);
        assertEquals("12:00:01", pc.shownTime());
    }

    /** Table 4: 11x is the reset; the others are for Motorola's tests, and here the chain rests. */
    @ParameterizedTest(name = "DV = {0}")
    @ValueSource(ints = {3, 4, 5, 6, 7})
    void restsWhileTheDividerDoes(int dv) {
        pc.set("2020-02-28T12:00:00", 6);
        pc.write(A, dv << 4 | 3);
        pc.read(C);
        pc.enable(RegisterB.PIE | RegisterB.UIE | RegisterB.AIE);
        pc.time.advance(60 * SECOND - 1);
        assertEquals("12:00:00", pc.shownTime());
        assertFalse(pc.updateInProgress());
        assertEquals(0, pc.read(C));
        assertEquals(0, pc.time.armed());
    }

    /** "When the divider reset is removed, the first update cycle begins one-half second later." */
    @ParameterizedTest(name = "DV = {0}")
    @ValueSource(ints = {6, 7})
    void comesHalfASecondAfterTheDividerReset(int dv) {
        pc.set("2020-02-28T12:00:00", 6);
        pc.time.advance(SECOND * 7 / 10);
        pc.write(A, dv << 4);
        pc.time.advance(SECOND * 3 / 10);
        pc.write(A, Pc.DV_32768_HZ);
        pc.time.advance(SECOND / 2 - Pc.UIP - 1);
        assertFalse(pc.updateInProgress());
        pc.time.advance(1);
        assertTrue(pc.updateInProgress());
        pc.time.advance(Pc.UIP - 1);
        assertEquals("12:00:00", pc.shownTime());
        pc.time.advance(1);
        assertEquals("12:00:01", pc.shownTime());
        pc.time.advance(SECOND);
        assertEquals("12:00:02", pc.shownTime());
    }

    @Test
    void comesHalfASecondAfterTheDividerResetUnderSetToo() {
        pc.enable(RegisterB.SET);
        pc.write(A, Pc.DV_RESET);
        pc.time.advance(12_345);
        pc.write(A, Pc.DV_32768_HZ);
        pc.set("2020-02-28T12:00:00", 6);
        pc.time.advance(SECOND / 2 - 1);
        assertEquals("12:00:00", pc.shownTime());
        pc.time.advance(1);
        assertEquals("12:00:01", pc.shownTime());
    }

    /** Case: register A's divider is written again in the middle of a second. */
    @Test
    void keepsItsPhaseWhenTheSameDividerIsWritten() {
        pc.set("2020-02-28T12:00:00", 6);
        for (int i = 0; i < 9; i++) {
            pc.time.advance(SECOND / 10);
            pc.write(A, Pc.DV_32768_HZ | i);
        }
        pc.time.advance(SECOND / 10 - 1);
        assertEquals("12:00:00", pc.shownTime());
        pc.time.advance(1);
        assertEquals("12:00:01", pc.shownTime());
    }

    @Test
    void goesOnWhereItRestedInMotorolasTests() {
        pc.set("2020-02-28T12:00:00", 6);
        pc.time.advance(SECOND / 4);
        pc.write(A, 4 << 4);
        pc.time.advance(5 * SECOND);
        pc.write(A, Pc.DV_32768_HZ);
        pc.time.advance(SECOND * 3 / 4 - 1);
        assertEquals("12:00:00", pc.shownTime());
        pc.time.advance(1);
        assertEquals("12:00:01", pc.shownTime());
    }

    @Test
    void beginsWithTheFractionOfTheHostsSecond() {
        Pc late = new Pc("2020-02-28T23:59:50.999999999", false);
        assertTrue(late.updateInProgress());
        late.time.advance(1);
        assertEquals("23:59:51", late.shownTime());
    }
}
