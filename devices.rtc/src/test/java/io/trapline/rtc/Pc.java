package io.trapline.rtc;

import static io.trapline.rtc.RtcRegister.A;
import static io.trapline.rtc.RtcRegister.B;
import static io.trapline.rtc.RtcRegister.C;
import static io.trapline.rtc.RtcRegister.CENTURY;
import static io.trapline.rtc.RtcRegister.DATE;
import static io.trapline.rtc.RtcRegister.DAY_OF_WEEK;
import static io.trapline.rtc.RtcRegister.HOURS;
import static io.trapline.rtc.RtcRegister.HOURS_ALARM;
import static io.trapline.rtc.RtcRegister.MINUTES;
import static io.trapline.rtc.RtcRegister.MINUTES_ALARM;
import static io.trapline.rtc.RtcRegister.MONTH;
import static io.trapline.rtc.RtcRegister.SECONDS;
import static io.trapline.rtc.RtcRegister.SECONDS_ALARM;
import static io.trapline.rtc.RtcRegister.YEAR;

import io.trapline.rtc.RtcRegister.RegisterA;
import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.tck.ManualTimers;
import io.trapline.tck.TestLine;
import io.trapline.tck.TestMemory;
import java.time.LocalDateTime;

/** A PC with a clock that has its power, seen as its guest sees it: by the two ports. */
final class Pc {
    static final long SECOND = 1_000_000_000;
    static final int DV_32768_HZ = 2 << 4;
    static final int DV_RESET = 7 << 4;

    /** 8 periods of 32 768 Hz are 244 140.625 ns. */
    static final long UIP = 244_140;

    final ManualTimers time = new ManualTimers();
    final TestLine line = new TestLine(8, time);
    final Rtc rtc;
    private final boolean slew;

    Pc() {
        this("2020-02-28T23:59:50", false);
    }

    Pc(String start, boolean slew) {
        this.slew = slew;
        rtc = fresh(start);
        rtc.reset();
    }

    static Pc slewing() {
        return new Pc("2020-02-28T23:59:50", true);
    }

    /** Another clock on the same board. */
    Rtc fresh(String start) {
        return new Rtc(
                line,
                time,
                new TestMemory(64L << 20),
                () -> LocalDateTime.parse(start),
                Nvram.NONE,
                slew);
    }

    int in(int index) {
        rtc.write(0, 1, index);
        return (int) rtc.read(1, 1);
    }

    void out(int index, int value) {
        rtc.write(0, 1, index);
        rtc.write(1, 1, value);
    }

    int read(RtcRegister register) {
        return in(register.index);
    }

    void write(RtcRegister register, int value) {
        out(register.index, value);
    }

    /** Sets bits of register B. */
    void enable(int bits) {
        write(B, read(B) | bits);
    }

    void disable(int bits) {
        write(B, read(B) & ~bits);
    }

    boolean updateInProgress() {
        return (read(A) & RegisterA.UIP) != 0;
    }

    /** As a guest does it: SET, the ten bytes, and on. BCD and 24 hours; the day of the week as well. */
    Pc set(String dateTime, int dayOfWeek) {
        LocalDateTime when = LocalDateTime.parse(dateTime);
        write(B, RegisterB.SET | RegisterB.HOURS_24);
        write(CENTURY, bcd(when.getYear() / 100));
        write(YEAR, bcd(when.getYear() % 100));
        write(MONTH, bcd(when.getMonthValue()));
        write(DATE, bcd(when.getDayOfMonth()));
        write(DAY_OF_WEEK, dayOfWeek);
        setTime(bcd(when.getHour()), bcd(when.getMinute()), bcd(when.getSecond()));
        write(B, RegisterB.HOURS_24);
        return this;
    }

    void setTime(int hours, int minutes, int seconds) {
        write(HOURS, hours);
        write(MINUTES, minutes);
        write(SECONDS, seconds);
    }

    void setAlarm(int hours, int minutes, int seconds) {
        write(HOURS_ALARM, hours);
        write(MINUTES_ALARM, minutes);
        write(SECONDS_ALARM, seconds);
    }

    /** The raw bytes: {@code 20 20-02-28 23:59:50 day 6} where they are BCD. */
    String shown() {
        return String.format(
                "%02x%02x-%02x-%02x %s day %d",
                read(CENTURY), read(YEAR), read(MONTH), read(DATE), shownTime(), read(DAY_OF_WEEK));
    }

    String shownTime() {
        return String.format("%02x:%02x:%02x", read(HOURS), read(MINUTES), read(SECONDS));
    }

    /** The clock's phase is a whole second; the flags are read. */
    Pc atSecond() {
        write(A, DV_RESET);
        write(A, DV_32768_HZ);
        time.advance(SECOND / 2);
        read(C);
        return this;
    }

    static int bcd(int value) {
        return value / 10 << 4 | value % 10;
    }
}
