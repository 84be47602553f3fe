package io.trapline.rtc;

import static io.trapline.rtc.RtcRegister.A;
import static io.trapline.rtc.RtcRegister.B;
import static io.trapline.rtc.RtcRegister.C;
import static io.trapline.rtc.RtcRegister.HOURS;
import static io.trapline.rtc.RtcRegister.HOURS_ALARM;
import static io.trapline.rtc.RtcRegister.SECONDS_ALARM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rtc.RtcRegister.RegisterA;
import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.rtc.RtcRegister.RegisterC;
import io.trapline.tck.TestMemory;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clocks of other makes got wrong, and guests noticed. MC146818A, the sections that are named. */
class RtcCasesTest {
    private static final long SECOND = Pc.SECOND;

    private final Pc pc = new Pc().atSecond().set("2020-02-28T12:34:56", 6);

    /** "Update cycle": the bytes are compared in it, not when UIP is set. */
    @Test
    void alarmMovedAwayInsideTheUipWindow() {
        pc.setAlarm(0x12, 0x34, 0x57);
        pc.enable(RegisterB.AIE);
        pc.time.advance(SECOND - Pc.UIP);
        assertTrue(pc.updateInProgress());
        pc.write(SECONDS_ALARM, 0x58);
        pc.time.advance(Pc.UIP);
        assertFalse(pc.line.raised());
        assertEquals(0, pc.read(C) & RegisterC.AF);
        pc.time.advance(SECOND);
        assertTrue(pc.line.raised());
        assertEquals(RegisterC.AF, pc.read(C) & RegisterC.AF);
    }

    /** "Register C": reading clears it, however often a guest reads in one interrupt. */
    @Test
    void secondReadOfRegisterCIsZero() {
        pc.write(A, Pc.DV_32768_HZ | 15);
        pc.setAlarm(0xC0, 0xC0, 0xC0);
        pc.enable(RegisterB.PIE | RegisterB.AIE | RegisterB.UIE);
        for (int i = 0; i < 5; i++) {
            pc.time.advance(SECOND);
            assertEquals(0xF0, pc.read(C));
            assertEquals(0, pc.read(C));
            assertEquals(0, pc.read(C));
        }
    }

    /** "Time, calendar, and alarm locations": 12 AM is midnight, 12 PM noon; the PM bit is no digit. */
    @ParameterizedTest(name = "B = {0}: {1}:59:59, then {2}")
    @CsvSource({
        // B, hour,  next
        "00,  11,    92", // to noon
        "00,  92,    81",
        "00,  91,    12", // to midnight
        "00,  12,    01",
        "04,  0B,    8C",
        "04,  8C,    81",
        "04,  8B,    0C",
        "04,  0C,    01",
    })
    void noonAndMidnightOfTwelveHours(String format, String hour, String next) {
        pc.write(B, RegisterB.SET | number(format));
        pc.setTime(number(hour), number(format) == 0 ? 0x59 : 59, number(format) == 0 ? 0x59 : 59);
        pc.write(HOURS_ALARM, number(next));
        pc.write(RtcRegister.MINUTES_ALARM, 0);
        pc.write(SECONDS_ALARM, 0);
        pc.write(B, number(format));
        pc.read(C);
        pc.time.advance(SECOND);
        assertEquals(number(next), pc.read(HOURS));
        assertEquals(RegisterC.AF, pc.read(C) & RegisterC.AF, "the alarm is of the same format");
    }

    private static int number(String hexadecimal) {
        return Integer.parseInt(hexadecimal, 16);
    }

    /** "Register A, DV": only the reset moves the chain. */
    @ParameterizedTest(name = "{0} ms into the second")
    @CsvSource({"1", "250", "499", "500", "501", "999"})
    void dividerRewrittenInTheMiddleOfASecond(int milliseconds) {
        long into = milliseconds * 1_000_000L;
        pc.time.advance(into);
        pc.write(A, Pc.DV_32768_HZ | 6);
        pc.write(A, Pc.DV_32768_HZ | 15);
        pc.time.advance(SECOND - into - 1);
        assertEquals("12:34:56", pc.shownTime());
        assertEquals(RegisterA.UIP, pc.read(A) & RegisterA.UIP);
        pc.time.advance(1);
        assertEquals("12:34:57", pc.shownTime());
    }

    /** "Automatic leap year compensation", and the century byte of a PC. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "1996-02-28, 1996-02-29",
        "2000-02-28, 2000-02-29",
        "2023-02-28, 2023-03-01",
        "2024-02-28, 2024-02-29",
        "2024-02-29, 2024-03-01",
        "2100-02-28, 2100-03-01",
    })
    void twentyNinthOfFebruary(String date, String next) {
        pc.set(date + "T23:59:59", 3);
        pc.time.advance(SECOND);
        assertEquals(next + " 00:00:00 day 4", pc.shown());
    }

    @Test
    void from2099To2100() {
        pc.set("2099-12-31T23:59:58", 5);
        pc.time.advance(SECOND);
        assertEquals("2099-12-31 23:59:59 day 5", pc.shown());
        pc.time.advance(SECOND);
        assertEquals("2100-01-01 00:00:00 day 6", pc.shown());
    }

    /** The host's clock is asked when the power comes, and never again. */
    @Test
    void hostClockSteppedBack() {
        LocalDateTime[] host = {LocalDateTime.of(2020, 2, 28, 12, 0, 0)};
        Rtc rtc =
                new Rtc(
                        pc.line,
                        pc.time,
                        new TestMemory(1 << 20),
                        () -> host[0],
                        Nvram.NONE,
                        false);
        rtc.reset();
        host[0] = host[0].minusYears(1);
        pc.time.advance(10 * SECOND);
        rtc.reset();
        rtc.write(0, 1, RtcRegister.SECONDS.index);
        assertEquals(0x10, rtc.read(1, 1));
        rtc.write(0, 1, RtcRegister.YEAR.index);
        assertEquals(0x20, rtc.read(1, 1));
    }
}
