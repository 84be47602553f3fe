package io.trapline.rtc;

import static io.trapline.rtc.RtcRegister.B;
import static io.trapline.rtc.RtcRegister.C;
import static io.trapline.rtc.RtcRegister.HOURS_ALARM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.rtc.RtcRegister.RegisterC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MC146818A, "Time, calendar, and alarm locations": the alarm bytes, and AF of register C. */
class RtcAlarmTest {
    private static final long SECOND = Pc.SECOND;
    private static final long DAY = 86_400 * SECOND;

    private final Pc pc = new Pc().atSecond().set("2020-02-28T12:34:56", 6);

    private boolean alarmed() {
        return (pc.read(C) & RegisterC.AF) != 0;
    }

    @Test
    void comesWhenAllThreeBytesMatch() {
        pc.setAlarm(0x12, 0x35, 0x10);
        pc.enable(RegisterB.AIE);
        pc.time.advance(14 * SECOND - 1);
        assertFalse(pc.line.raised());
        pc.time.advance(1);
        assertTrue(pc.line.raised());
        assertEquals(RegisterC.IRQF | RegisterC.AF, pc.read(C) & ~(RegisterC.UF | RegisterC.PF));
        assertFalse(pc.line.raised());
        assertEquals(1, pc.time.expired());
    }

    @Test
    void comesOnceADay() {
        pc.setAlarm(0x12, 0x35, 0x10);
        pc.enable(RegisterB.AIE);
        for (int day = 1; day <= 5; day++) {
            pc.time.advance(DAY);
            assertTrue(alarmed());
            assertEquals(day, pc.line.edges());
        }
    }

    /** AF is set whatever AIE is, and no timer runs for that. */
    @Test
    void setsAfWhetherEnabledOrNot() {
        pc.setAlarm(0x12, 0x35, 0x10);
        pc.time.advance(13 * SECOND);
        assertFalse(alarmed());
        pc.time.advance(SECOND);
        assertTrue(alarmed());
        assertFalse(alarmed());
        assertEquals(0, pc.time.expired());
        assertFalse(pc.line.raised());
    }

    @Test
    void isFoundHoweverLongNobodyLooked() {
        pc.setAlarm(0x12, 0x34, 0x55);
        pc.time.jump(DAY - 2 * SECOND);
        assertFalse(alarmed());
        pc.time.jump(SECOND);
        assertTrue(alarmed());
        pc.time.jump(1000 * DAY);
        assertTrue(alarmed());
    }

    /** Don't care is any byte from 0xC0 to 0xFF. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"0xC0", "0xD5", "0xFF"})
    void matchesAnythingFromC0(String any) {
        int dontCare = Integer.decode(any);
        pc.setAlarm(dontCare, 0x35, 0x10);
        assertInterruptsInADay(24);
        pc.setAlarm(dontCare, dontCare, 0x10);
        assertInterruptsInADay(24 * 60);
        pc.setAlarm(dontCare, dontCare, dontCare);
        assertInterruptsInADay(86_400);
        pc.setAlarm(0x07, dontCare, dontCare);
        assertInterruptsInADay(3_600);
        pc.setAlarm(0x07, 0x08, dontCare);
        assertInterruptsInADay(60);
        pc.setAlarm(dontCare, 0x08, dontCare);
        assertInterruptsInADay(24 * 60);
    }

    /** Bits 6 and 7 both: neither alone. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"0xBF", "0x80", "0x60", "0x7F"})
    void matchesNothingBelowC0(String byteBelow) {
        pc.setAlarm(0xFF, 0xFF, Integer.decode(byteBelow));
        assertInterruptsInADay(0);
    }

    private void assertInterruptsInADay(int expected) {
        pc.read(C);
        pc.enable(RegisterB.AIE);
        long end = pc.time.now() + DAY;
        int count = 0;
        while (pc.time.deadline() <= end) {
            pc.time.advance(pc.time.deadline() - pc.time.now());
            if (pc.line.raised()) {
                count++;
                pc.read(C);
            }
        }
        pc.time.advance(end - pc.time.now());
        pc.disable(RegisterB.AIE);
        assertEquals(expected, count);
    }

    /** Table 3: hours of 12, with PM in bit 7. */
    @ParameterizedTest(name = "{0}: at {1}:00")
    @CsvSource({
        "0x01, 1",
        "0x12, 0",
        "0x92, 12",
        "0x81, 13",
        "0x11, 11",
        "0x91, 23",
        "0x13, -1",
        "0x00, -1"
    })
    void knowsMorningFromAfternoon(String alarm, int hour) {
        pc.set("2020-02-28T00:30:00", 6);
        pc.write(B, 0);
        pc.setAlarm(Integer.decode(alarm), 0x00, 0x00);
        int found = -1;
        for (int i = 1; i <= 24; i++) {
            pc.time.advance(3600 * SECOND);
            if (alarmed()) {
                found = i % 24;
            }
        }
        assertEquals(hour, found);
    }

    /** Case: the alarm is moved away while UIP is set; the update compares with what is there then. */
    @Test
    void canBeMovedAwayWhileUipIsSet() {
        pc.setAlarm(0x12, 0x34, 0x57);
        pc.enable(RegisterB.AIE);
        pc.time.advance(SECOND - Pc.UIP / 2);
        assertTrue(pc.updateInProgress());
        pc.write(HOURS_ALARM, 0x13);
        pc.time.advance(Pc.UIP);
        assertFalse(pc.updateInProgress());
        assertFalse(pc.line.raised());
        assertFalse(alarmed());
    }

    @Test
    void canBeMovedThereWhileUipIsSet() {
        pc.setAlarm(0x13, 0x34, 0x57);
        pc.enable(RegisterB.AIE);
        pc.time.advance(SECOND - 1);
        pc.write(HOURS_ALARM, 0x12);
        assertFalse(pc.line.raised());
        pc.time.advance(1);
        assertTrue(pc.line.raised());
    }

    /** The bytes are compared at an update, and at no other time. */
    @Test
    void doesNotComeForTheSecondThatIs() {
        pc.setAlarm(0x12, 0x34, 0x56);
        pc.enable(RegisterB.AIE);
        pc.time.advance(SECOND - 1);
        assertFalse(alarmed());
    }

    @Test
    void followsTheTimeThatIsSet() {
        pc.setAlarm(0x06, 0x00, 0x00);
        pc.enable(RegisterB.AIE);
        pc.setTime(0x05, 0x59, 0x58);
        pc.time.advance(2 * SECOND);
        assertTrue(pc.line.raised());
    }

    /** DSE: an hour that is left out is not reached, one that comes twice is reached twice. */
    @Test
    void followsDaylightSavings() {
        pc.set("2020-04-26T01:00:00", 1);
        pc.setAlarm(0x02, 0x30, 0x00);
        pc.enable(RegisterB.DSE | RegisterB.AIE);
        pc.time.advance(3600 * 6 * SECOND);
        assertFalse(alarmed());

        pc.set("2020-10-25T01:00:00", 1);
        pc.setAlarm(0x01, 0x30, 0x00);
        pc.enable(RegisterB.DSE | RegisterB.AIE);
        pc.time.advance(3600 * SECOND);
        assertTrue(alarmed());
        pc.time.advance(3600 * SECOND);
        assertTrue(alarmed());
        pc.time.advance(3600 * SECOND);
        assertFalse(alarmed());
    }
}
