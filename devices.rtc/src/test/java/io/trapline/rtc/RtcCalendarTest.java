package io.trapline.rtc;

import static io.trapline.rtc.RtcRegister.A;
import static io.trapline.rtc.RtcRegister.B;
import static io.trapline.rtc.RtcRegister.C;
import static io.trapline.rtc.RtcRegister.CENTURY;
import static io.trapline.rtc.RtcRegister.DATE;
import static io.trapline.rtc.RtcRegister.DAY_OF_WEEK;
import static io.trapline.rtc.RtcRegister.HOURS;
import static io.trapline.rtc.RtcRegister.MONTH;
import static io.trapline.rtc.RtcRegister.SECONDS;
import static io.trapline.rtc.RtcRegister.YEAR;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.rtc.RtcRegister.RegisterB;
import java.time.LocalDateTime;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MC146818A, "Time, calendar, and alarm locations" and table 3 (data modes). */
class RtcCalendarTest {
    private static final long SECOND = Pc.SECOND;
    private static final long DAY = 86_400 * SECOND;

    private final Pc pc = new Pc().atSecond();

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "2021-01-31T23:59:59, 2021-02-01",
        "2021-02-28T23:59:59, 2021-03-01",
        "2020-02-28T23:59:59, 2020-02-29",
        "2020-02-29T23:59:59, 2020-03-01",
        "2021-03-31T23:59:59, 2021-04-01",
        "2021-04-30T23:59:59, 2021-05-01",
        "2021-05-31T23:59:59, 2021-06-01",
        "2021-06-30T23:59:59, 2021-07-01",
        "2021-07-31T23:59:59, 2021-08-01",
        "2021-08-31T23:59:59, 2021-09-01",
        "2021-09-30T23:59:59, 2021-10-01",
        "2021-10-31T23:59:59, 2021-11-01",
        "2021-11-30T23:59:59, 2021-12-01",
        "2021-12-31T23:59:59, 2022-01-01",
        "1999-12-31T23:59:59, 2000-01-01",
        "2000-02-28T23:59:59, 2000-02-29",
        "1900-02-28T23:59:59, 1900-03-01",
        "2099-12-31T23:59:59, 2100-01-01",
        "2100-02-28T23:59:59, 2100-03-01",
        "2400-02-28T23:59:59, 2400-02-29",
        "9999-12-31T23:59:59, 0000-01-01",
    })
    void goesFromDayToDay(String last, String next) {
        pc.set(last, 7);
        pc.time.advance(SECOND);
        assertEquals(next + " 00:00:00 day 1", pc.shown());
    }

    /** A day later, in one look and in 86400. */
    @Test
    void isTheSameWhetherSomebodyLooksOrNot() {
        pc.set("2020-02-28T12:34:56", 6);
        pc.time.advance(3 * DAY);
        assertEquals("2020-03-02 12:34:56 day 2", pc.shown());
        for (int i = 0; i < 86_400; i++) {
            pc.time.advance(SECOND);
            pc.read(SECONDS);
        }
        assertEquals("2020-03-03 12:34:56 day 3", pc.shown());
    }

    /** Ten years, day by day, against the host's calendar. */
    @Test
    void agreesWithTheGregorianCalendar() {
        LocalDateTime when = LocalDateTime.parse("2095-06-01T06:07:08");
        pc.set(when.toString(), 4);
        for (int day = 0; day < 3653; day++) {
            pc.time.jump(DAY);
            when = when.plusDays(1);
            assertEquals(
                    String.format(
                            "%s 06:07:08 day %d",
                            when.toLocalDate(), when.getDayOfWeek().getValue() % 7 + 1),
                    pc.shown());
        }
    }

    /** The day of the week is a counter of its own: what a guest writes goes on from there. */
    @Test
    void countsTheDayOfTheWeekFromWhatWasWritten() {
        pc.set("2020-02-28T23:59:59", 2); // a Friday, on other calendars
        pc.time.advance(SECOND);
        assertEquals(3, pc.read(DAY_OF_WEEK));
        pc.time.advance(5 * DAY);
        assertEquals(1, pc.read(DAY_OF_WEEK));
    }

    /** Case: noon and midnight of 12 hours. */
    @ParameterizedTest(name = "{0} {1}:59:59, then {2}")
    @CsvSource({
        //  DM   hours  next  day
        "   0,   0x11,  0x92, 28",
        "   0,   0x91,  0x12, 29",
        "   0,   0x12,  0x01, 28",
        "   0,   0x92,  0x81, 28",
        "   0,   0x09,  0x10, 28",
        "   0,   0x89,  0x90, 28",
        "   4,   0x0B,  0x8C, 28",
        "   4,   0x8B,  0x0C, 29",
        "   4,   0x0C,  0x01, 28",
        "   4,   0x8C,  0x81, 28",
        "   4,   0x09,  0x0A, 28",
    })
    void passesNoonAndMidnightInTwelveHours(int dm, String hours, String next, int date) {
        pc.write(B, dm | RegisterB.SET);
        pc.write(MONTH, 2);
        pc.write(YEAR, dm == 0 ? 0x20 : 20);
        pc.write(CENTURY, dm == 0 ? 0x20 : 20);
        pc.write(DATE, dm == 0 ? 0x28 : 28);
        pc.setTime(Integer.decode(hours), dm == 0 ? 0x59 : 59, dm == 0 ? 0x59 : 59);
        pc.write(B, dm);

        pc.time.advance(SECOND);

        assertEquals(Integer.decode(next), pc.read(HOURS));
        assertEquals(dm == 0 ? Pc.bcd(date) : date, pc.read(DATE));
    }

    /** Each hour of a day in each of the four formats, against table 3. */
    @ParameterizedTest(name = "B = {0}")
    @CsvSource({"0", "2", "4", "6"})
    void showsEachHourOfTable3(int format) {
        pc.set("2020-02-28T00:00:00", 6);
        pc.write(B, format);
        for (int hour = 0; hour < 24; hour++) {
            int of12 = hour % 12 == 0 ? 12 : hour % 12;
            int number = (format & RegisterB.HOURS_24) != 0 ? hour : of12;
            int raw = (format & RegisterB.DM) != 0 ? number : Pc.bcd(number);
            boolean pm = (format & RegisterB.HOURS_24) == 0 && hour >= 12;
            assertEquals(raw | (pm ? 0x80 : 0), pc.read(HOURS), "hour " + hour);
            pc.time.advance(3600 * SECOND);
        }
    }

    /** Paper: rewrite the ten bytes after DM or 24/12 changed. QEMU's tests, and guests, do not. */
    @Test
    void goesOnInTheNewFormat() {
        pc.set("2099-12-31T23:59:58", 5);
        pc.write(B, RegisterB.DM);
        assertEquals("1463-0c-1f 8b:3b:3a day 5", pc.shown());
        pc.time.advance(2 * SECOND);
        assertEquals("1500-01-01 0c:00:00 day 6", pc.shown());
        pc.write(B, RegisterB.HOURS_24);
        assertEquals("2100-01-01 00:00:00 day 6", pc.shown());
    }

    @Test
    void keepsTheBytesWhenTheFormatChangesUnderSet() {
        pc.set("2020-02-28T12:00:00", 6);
        pc.write(B, RegisterB.SET | RegisterB.HOURS_24);
        pc.write(B, RegisterB.SET | RegisterB.DM);
        assertEquals("2020-02-28 12:00:00 day 6", pc.shown());
    }

    /** What no clock shows: each counter goes on by itself. */
    @ParameterizedTest(name = "B = {0}, {1} = {2}")
    @CsvSource({
        //  B   register     written  then
        "   2,  SECONDS,     0x7F,    0x00",
        "   2,  SECONDS,     0x0F,    0x16",
        "   6,  SECONDS,     0x7F,    0x00",
        "   6,  SECONDS,     0x2A,    0x2B",
    })
    void countsOnFromWhatIsNoTime(int format, RtcRegister register, String written, String then) {
        pc.write(B, format);
        pc.write(register, Integer.decode(written));
        assertEquals(Integer.decode(written), pc.read(register));
        pc.time.advance(SECOND);
        assertEquals(Integer.decode(then), pc.read(register));
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource({
        "DAY_OF_WEEK, 0x00, 0x01",
        "DAY_OF_WEEK, 0x08, 0x01",
        "DAY_OF_WEEK, 0xFF, 0x01",
        "DATE,        0x00, 0x01",
        "DATE,        0x31, 0x01",
        "DATE,        0xFF, 0x01",
        "HOURS,       0x99, 0x00",
    })
    void carriesFromWhatIsNoDate(RtcRegister register, String written, String then) {
        pc.set("2021-02-27T23:59:59", 7);
        pc.write(register, Integer.decode(written));
        pc.time.advance(SECOND);
        assertEquals(Integer.decode(then), pc.read(register));
    }

    @Test
    void countsAMonthThatIsNoneAs31Days() {
        pc.set("2021-12-30T23:59:59", 7);
        pc.write(MONTH, 0x1F);
        pc.time.advance(SECOND);
        assertEquals("2021-1f-31 00:00:00 day 1", pc.shown());
        pc.time.advance(DAY);
        assertEquals("2022-01-01 00:00:00 day 2", pc.shown());
    }

    /** DSE: "the time increments from 1:59:59 AM to 3:00:00 AM". */
    @Test
    void jumpsForwardOnTheLastSundayOfApril() {
        pc.set("2020-04-26T01:59:58", 1);
        pc.enable(RegisterB.DSE);
        pc.time.advance(SECOND);
        assertEquals("01:59:59", pc.shownTime());
        pc.time.advance(SECOND);
        assertEquals("2020-04-26 03:00:00 day 1", pc.shown());
    }

    /** DSE: "when the time first reaches 1:59:59 AM it changes to 1:00:00 AM". */
    @Test
    void fallsBackOnceOnTheLastSundayOfOctober() {
        pc.set("2020-10-25T01:59:59", 1);
        pc.enable(RegisterB.DSE);
        pc.time.advance(SECOND);
        assertEquals("01:00:00", pc.shownTime());
        pc.time.advance(3600 * SECOND);
        assertEquals("2020-10-25 02:00:00 day 1", pc.shown());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "2020-04-19T01:59:59, 1, 1", // not the last Sunday
        "2020-10-18T01:59:59, 1, 1",
        "2020-04-27T01:59:59, 2, 1", // not a Sunday
        "2020-10-31T01:59:59, 7, 1",
        "2020-03-29T01:59:59, 1, 1", // not the month
        "2020-04-26T01:59:59, 1, 0", // not enabled
        "2020-10-25T01:59:59, 1, 0",
    })
    void doesNotSwitchAtOtherTimes(String when, int dayOfWeek, int dse) {
        pc.set(when, dayOfWeek);
        pc.enable(dse);
        pc.time.advance(SECOND);
        assertEquals("02:00:00", pc.shownTime());
    }

    @Test
    void switchesInTwelveHoursToo() {
        pc.set("2020-04-26T01:59:59", 1);
        pc.write(B, RegisterB.DSE | RegisterB.DM);
        pc.time.advance(SECOND);
        assertEquals("03:00:00", pc.shownTime());
        pc.time.advance(11 * 3600 * SECOND);
        assertEquals("82:00:00", pc.shownTime());
    }

    /** The same random bytes, counted second by second and in one go. */
    @Test
    void countsManySecondsAsItCountsOne() {
        Random random = new Random(818);
        for (int round = 0; round < 400; round++) {
            Pc one = new Pc().atSecond();
            Pc many = new Pc().atSecond();
            int format = random.nextInt(8) & ~RegisterB.SET;
            boolean sane = random.nextBoolean();
            for (RtcRegister register : RtcRegister.values()) {
                int value = sane ? random.nextInt(13) : random.nextInt(256);
                boolean october = register == MONTH && random.nextBoolean();
                value = october ? (format & RegisterB.DM) != 0 ? 10 : 0x10 : value;
                if (register != A && register != B) {
                    one.write(register, value);
                    many.write(register, value);
                }
            }
            one.write(B, format);
            many.write(B, format);
            int seconds = 1 + random.nextInt(round % 10 == 0 ? 200_000 : 5_000);
            int flags = 0;
            for (int i = 0; i < seconds; i++) {
                one.time.advance(SECOND);
                flags |= one.read(C);
            }
            many.time.jump(seconds * SECOND);
            assertEquals(flags, many.read(C), "round " + round);
            assertEquals(one.shown(), many.shown(), "round " + round);
        }
    }
}
