package io.trapline.rtc;

import static io.trapline.rtc.RtcRegister.A;
import static io.trapline.rtc.RtcRegister.B;
import static io.trapline.rtc.RtcRegister.C;
import static io.trapline.rtc.RtcRegister.D;
import static io.trapline.rtc.RtcRegister.HOURS;
import static io.trapline.rtc.RtcRegister.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rtc.RtcRegister.RegisterA;
import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.rtc.RtcRegister.RegisterC;
import io.trapline.rtc.RtcRegister.RegisterD;
import io.trapline.tck.TestMemory;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MC146818A, "Registers": each bit of A, B, C and D, under the name that paper gives it. */
class RtcBitsTest {
    private static final long SECOND = Pc.SECOND;
    private static final int ALL_ENABLES = RegisterB.PIE | RegisterB.AIE | RegisterB.UIE;

    private final Pc pc = new Pc().atSecond().set("2020-02-28T12:34:56", 6);

    /** What was kept is lost. */
    private static final class FlatBattery implements Nvram {
        @Override
        public boolean load(byte[] ram) {
            return false;
        }

        @Override
        public void stored(int index, int value) {}

        @Override
        public void replaced(byte[] ram) {}

        @Override
        public String description() {
            return "lost";
        }
    }

    /** The chain at 2 Hz; all three events at the next second. */
    private void allEventsInASecond() {
        pc.write(A, Pc.DV_32768_HZ | 15);
        pc.setAlarm(0xFF, 0xFF, 0xFF);
        pc.read(C);
        pc.time.advance(SECOND);
    }

    /** "Register A". */
    @Nested
    class RegisterABits {
        @Test
        void uipIsReadOnly() {
            pc.write(A, 0xFF & ~RegisterA.DV | Pc.DV_32768_HZ);
            assertEquals(Pc.DV_32768_HZ | 0x0F, pc.read(A));
            pc.time.advance(SECOND - 1);
            pc.write(A, Pc.DV_32768_HZ);
            assertEquals(RegisterA.UIP | Pc.DV_32768_HZ, pc.read(A));
        }

        /** "When UIP is a 0, the update cycle is not in progress and will not be for at least 244 us." */
        @Test
        void uipGivesTheProgram244Microseconds() {
            pc.time.advance(SECOND - Pc.UIP - 1);
            assertFalse(pc.updateInProgress());
            pc.time.advance(244_000);
            assertEquals("12:34:56", pc.shownTime());
        }

        @Test
        void uipIsNotAffectedByReset() {
            pc.time.advance(SECOND - 1);
            pc.rtc.reset();
            assertTrue(pc.updateInProgress());
        }

        @Test
        void uipIsClearedBySet() {
            pc.time.advance(SECOND - 1);
            pc.enable(RegisterB.SET);
            assertFalse(pc.updateInProgress());
        }

        @ParameterizedTest(name = "DV = {0}")
        @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
        void dv2Dv1Dv0AreKeptOverAReset(int dv) {
            pc.write(A, dv << RegisterA.DV_SHIFT);
            pc.rtc.reset();
            assertEquals(dv << RegisterA.DV_SHIFT, pc.read(A));
        }

        @ParameterizedTest(name = "RS = {0}")
        @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
        void rs3Rs2Rs1Rs0AreKeptOverAReset(int rs) {
            pc.write(A, Pc.DV_32768_HZ | rs);
            pc.rtc.reset();
            assertEquals(Pc.DV_32768_HZ | rs, pc.read(A));
        }
    }

    /** "Register B". */
    @Nested
    class RegisterBBits {
        @Test
        void setStopsTheClockAndIsNotModifiedByReset() {
            pc.enable(RegisterB.SET);
            pc.rtc.reset();
            pc.time.advance(10 * SECOND);
            assertEquals(RegisterB.SET, pc.read(B) & RegisterB.SET);
            assertEquals("12:34:56", pc.shownTime());
            pc.disable(RegisterB.SET);
            pc.time.advance(SECOND);
            assertEquals("12:34:57", pc.shownTime());
        }

        @Test
        void setLetsTheWrittenTimeBeReadBack() {
            pc.enable(RegisterB.SET);
            pc.setTime(0x23, 0x59, 0x58);
            pc.time.advance(5 * SECOND);
            assertEquals("23:59:58", pc.shownTime());
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(ints = {RegisterB.PIE, RegisterB.AIE, RegisterB.UIE})
        void pieAieAndUieLetTheirFlagRaiseIrq(int enable) {
            pc.enable(enable);
            allEventsInASecond();
            assertTrue(pc.line.raised());
            pc.disable(enable);
            assertFalse(pc.line.raised());
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(ints = {RegisterB.PIE, RegisterB.AIE, RegisterB.UIE, RegisterB.SQWE})
        void pieAieUieAndSqweAreClearedByReset(int bit) {
            pc.enable(bit);
            assertEquals(bit, pc.read(B) & bit);
            pc.rtc.reset();
            assertEquals(0, pc.read(B) & bit);
        }

        @Test
        void uieIsClearedBySetAndStaysSo() {
            pc.enable(RegisterB.UIE);
            pc.enable(RegisterB.SET);
            pc.disable(RegisterB.SET);
            assertEquals(0, pc.read(B) & RegisterB.UIE);
        }

        @Test
        void pieAndAieAreNotClearedBySet() {
            pc.enable(RegisterB.PIE | RegisterB.AIE);
            pc.enable(RegisterB.SET);
            assertEquals(RegisterB.PIE | RegisterB.AIE, pc.read(B) & ALL_ENABLES);
        }

        @Test
        void sqweRaisesNothing() {
            pc.enable(RegisterB.SQWE);
            allEventsInASecond();
            assertFalse(pc.line.raised());
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(ints = {RegisterB.DM, RegisterB.HOURS_24, RegisterB.DSE})
        void dm2412AndDseAreAffectedOnlyBySoftware(int bit) {
            pc.enable(bit);
            pc.rtc.reset();
            pc.time.advance(86_400 * SECOND);
            assertEquals(bit, pc.read(B) & bit);
            pc.disable(bit);
            pc.rtc.reset();
            assertEquals(0, pc.read(B) & bit);
        }

        @Test
        void dmTellsBinaryFromBcd() {
            pc.time.advance(3 * SECOND);
            assertEquals(0x59, pc.read(SECONDS));
            pc.enable(RegisterB.DM);
            assertEquals(59, pc.read(SECONDS));
            pc.time.advance(SECOND);
            assertEquals(0, pc.read(SECONDS));
        }

        @Test
        void the2412BitTellsPmInBit7() {
            pc.disable(RegisterB.HOURS_24);
            assertEquals(RtcRegister.PM | 0x12, pc.read(HOURS));
            pc.enable(RegisterB.HOURS_24);
            assertEquals(0x12, pc.read(HOURS));
        }

        @Test
        void dseMakesTheTwoSpecialUpdates() {
            pc.set("2020-04-26T01:59:59", 1).enable(RegisterB.DSE);
            pc.time.advance(SECOND);
            assertEquals("03:00:00", pc.shownTime());
            pc.set("2020-10-25T01:59:59", 1).enable(RegisterB.DSE);
            pc.time.advance(SECOND);
            assertEquals("01:00:00", pc.shownTime());
        }

        @Test
        void withoutDseTheyDoNotOccur() {
            pc.set("2020-04-26T01:59:59", 1);
            pc.time.advance(SECOND);
            assertEquals("02:00:00", pc.shownTime());
        }
    }

    /** "Register C". */
    @Nested
    class RegisterCBits {
        @Test
        void irqfIsOneIfAnEnabledFlagIs() {
            allEventsInASecond();
            assertEquals(0, pc.read(C) & RegisterC.IRQF);
            pc.enable(RegisterB.UIE);
            pc.time.advance(SECOND);
            assertEquals(RegisterC.IRQF, pc.read(C) & RegisterC.IRQF);
        }

        @Test
        void pfAfAndUfAreSetWithoutTheirEnables() {
            allEventsInASecond();
            assertEquals(RegisterC.PF | RegisterC.AF | RegisterC.UF, pc.read(C));
        }

        @Test
        void pfIsSetAtAnEdgeOfTheSelectedTap() {
            pc.write(A, Pc.DV_32768_HZ | 15);
            pc.time.advance(SECOND / 2 - 1);
            assertEquals(0, pc.read(C));
            pc.time.advance(1);
            assertEquals(RegisterC.PF, pc.read(C));
        }

        @Test
        void afIsSetWhenTheTimeHasMatchedTheAlarm() {
            pc.write(A, Pc.DV_32768_HZ);
            pc.setAlarm(0x12, 0x34, 0x58);
            pc.time.advance(SECOND);
            assertEquals(RegisterC.UF, pc.read(C));
            pc.time.advance(SECOND);
            assertEquals(RegisterC.AF | RegisterC.UF, pc.read(C));
        }

        @Test
        void ufIsSetAfterEachUpdateCycle() {
            pc.write(A, Pc.DV_32768_HZ);
            pc.setAlarm(0, 0, 0);
            for (int i = 0; i < 3; i++) {
                pc.time.advance(SECOND);
                assertEquals(RegisterC.UF, pc.read(C));
            }
        }

        @Test
        void allAreClearedByARead() {
            pc.enable(ALL_ENABLES);
            allEventsInASecond();
            assertNotEquals(0, pc.read(C));
            assertEquals(0, pc.read(C));
        }

        @Test
        void allAreClearedByReset() {
            pc.enable(ALL_ENABLES);
            allEventsInASecond();
            pc.rtc.reset();
            assertEquals(0, pc.read(C));
            assertFalse(pc.line.raised());
        }

        @Test
        void b3ToB0AreReadAsZero() {
            pc.write(C, 0xFF);
            pc.enable(ALL_ENABLES);
            allEventsInASecond();
            assertEquals(0xF0, pc.read(C));
        }
    }

    /** "Register D". */
    @Nested
    class RegisterDBits {
        @Test
        void vrtIsReadOnlyAndNotModifiedByReset() {
            pc.write(D, 0);
            assertEquals(RegisterD.VRT, pc.read(D));
            pc.rtc.reset();
            assertEquals(RegisterD.VRT, pc.read(D));
        }

        /** "The VRT bit can only be set by reading Register D." */
        @Test
        void vrtIsSetByReadingD() {
            TestMemory memory = new TestMemory(1 << 20);
            Rtc lost =
                    new Rtc(
                            pc.line,
                            pc.time,
                            memory,
                            () -> LocalDateTime.of(2020, 2, 28, 0, 0),
                            new FlatBattery(),
                            false);
            lost.reset();
            lost.write(0, 1, D.index);
            assertEquals(0, lost.read(1, 1));
            assertEquals(RegisterD.VRT, lost.read(1, 1));
        }

        @Test
        void b6ToB0AreReadAsZero() {
            pc.write(D, 0x7F);
            assertEquals(RegisterD.VRT, pc.read(D));
        }
    }
}
