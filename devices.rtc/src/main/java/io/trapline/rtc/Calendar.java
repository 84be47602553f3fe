package io.trapline.rtc;

import io.trapline.rtc.RtcRegister.RegisterB;
import java.time.LocalDateTime;

/**
 * The ten counters of time and calendar, where the guest sees them: in the bytes themselves. An update steps them
 * as the chip does. Many updates at once (nobody looked) come to the same, faster.
 *
 * <p>A guest may have written what is no time. Each counter then goes on by itself: at its last value or past it,
 * it steps to its first and carries, below it, to the next; a digit above 9 counts as what it is.
 */
final class Calendar {
    private static final int DAY = 86_400;
    private static final int HOUR = 3_600;
    private static final int MINUTE = 60;
    private static final int NOON = 12;
    private static final int SUNDAY = 1;
    private static final int APRIL = 4;
    private static final int OCTOBER = 10;
    private static final int LAST_WEEK_OF_APRIL = 24;
    private static final int LAST_WEEK_OF_OCTOBER = 25;
    private static final int SWITCH = 2 * HOUR - 1; // 1:59:59

    /** The counters that are plain numbers: all but the hours. */
    private static final RtcRegister[] NUMBERS = {
        RtcRegister.SECONDS,
        RtcRegister.MINUTES,
        RtcRegister.DAY_OF_WEEK,
        RtcRegister.DATE,
        RtcRegister.MONTH,
        RtcRegister.YEAR,
        RtcRegister.CENTURY
    };

    private final byte[] ram;
    private boolean binary;
    private boolean hours24;
    private boolean daylightSavings;
    private boolean fellBack; // this is the second 1:59:59 of October's last Sunday

    Calendar(byte[] ram) {
        this.ram = ram;
    }

    /** Reads the bytes as register B says from now on; they stay as they are. */
    void format(int b) {
        binary = (b & RegisterB.DM) != 0;
        hours24 = (b & RegisterB.HOURS_24) != 0;
        daylightSavings = (b & RegisterB.DSE) != 0;
        fellBack &= daylightSavings;
    }

    /** The same time in the format of register B; a byte that makes no sense stays as it is. */
    void reformat(int b) {
        int hour = hour();
        boolean toBinary = (b & RegisterB.DM) != 0;
        for (RtcRegister register : NUMBERS) {
            int value = value(register, 99);
            if (value >= 0) {
                ram[register.index] = (byte) (encoded(value, toBinary) & register.written);
            }
        }
        format(b);
        if (hour >= 0) {
            ram[RtcRegister.HOURS.index] = (byte) hourByte(hour);
        }
    }

    void set(LocalDateTime time) {
        secondOfDay(time.toLocalTime().toSecondOfDay());
        put(RtcRegister.DAY_OF_WEEK, time.getDayOfWeek().getValue() % 7 + SUNDAY);
        put(RtcRegister.DATE, time.getDayOfMonth());
        put(RtcRegister.MONTH, time.getMonthValue());
        put(RtcRegister.YEAR, time.getYear() % 100);
        put(RtcRegister.CENTURY, time.getYear() / 100);
        fellBack = false;
    }

    /** The guest has set the time: October's last Sunday begins again. */
    void written() {
        fellBack = false;
    }

    boolean fellBack() {
        return fellBack;
    }

    void fellBack(boolean did) {
        fellBack = did;
    }

    /**
     * Steps the counters.
     *
     * @param updates how often
     * @return whether the alarm matched after any of them
     */
    boolean advance(long updates) {
        boolean alarm = false;
        long left = updates;
        while (left > 0) {
            int second = secondOfDay();
            if (second >= 0 && second < DAY - 1 && !switches()) {
                int jump = (int) Math.min(left, DAY - 1 - second);
                alarm |= nextAlarm(second) <= second + jump;
                secondOfDay(second + jump);
                left -= jump;
            } else {
                step();
                alarm |= alarm();
                left--;
            }
        }
        return alarm;
    }

    /** Updates up to the next that may match the alarm, which is the next one wherever time is not simple. */
    long updatesToAlarm() {
        int second = secondOfDay();
        return second < 0 || switches() ? 1 : nextAlarm(second) - second;
    }

    // ---- One update

    private void step() {
        boolean midnight =
                !switchesNow()
                        && count(RtcRegister.SECONDS, 0, 59)
                        && count(RtcRegister.MINUTES, 0, 59)
                        && countHours();
        if (midnight) {
            count(RtcRegister.DAY_OF_WEEK, 1, 7);
            if (count(RtcRegister.DATE, 1, daysOfMonth())
                    && count(RtcRegister.MONTH, 1, 12)
                    && count(RtcRegister.YEAR, 0, 99)) {
                count(RtcRegister.CENTURY, 0, 99);
            }
        }
    }

    /** One counter; true: it carries. */
    private boolean count(RtcRegister register, int first, int last) {
        int value = number(register);
        put(register, value >= last ? first : value + 1);
        return value >= last;
    }

    /** In 12 hours: 12, 1 to 11, and then 12 of the other half. */
    private boolean countHours() {
        if (hours24) {
            return count(RtcRegister.HOURS, 0, 23);
        }
        int pm = ram[RtcRegister.HOURS.index] & RtcRegister.PM;
        int hour = decoded(ram[RtcRegister.HOURS.index] & ~RtcRegister.PM);
        boolean half = hour == NOON - 1;
        int next = hour >= NOON ? 1 : hour + 1;
        ram[RtcRegister.HOURS.index] = (byte) (encoded(next) | (half ? pm ^ RtcRegister.PM : pm));
        return half && pm != 0;
    }

    private int daysOfMonth() {
        return switch (number(RtcRegister.MONTH)) {
            case 4, 6, 9, 11 -> 30;
            case 2 -> leapYear() ? 29 : 28;
            default -> 31;
        };
    }

    private boolean leapYear() {
        int year = number(RtcRegister.CENTURY) * 100 + number(RtcRegister.YEAR);
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    }

    /** DSE: whether today the clock is put forward or back. */
    private boolean switches() {
        if (!daylightSavings || number(RtcRegister.DAY_OF_WEEK) != SUNDAY) {
            return false;
        }
        int month = number(RtcRegister.MONTH);
        int date = number(RtcRegister.DATE);
        return month == APRIL && date >= LAST_WEEK_OF_APRIL
                || month == OCTOBER && date >= LAST_WEEK_OF_OCTOBER;
    }

    /**
     * DSE: "On the last Sunday in April the time increments from 1:59:59 AM to 3:00:00 AM. On the last Sunday in
     * October when the time first reaches 1:59:59 AM it changes to 1:00:00 AM."
     */
    private boolean switchesNow() {
        if (!switches() || secondOfDay() != SWITCH) {
            return false;
        }
        if (number(RtcRegister.MONTH) == APRIL) {
            secondOfDay(3 * HOUR);
            return true;
        }
        fellBack = !fellBack;
        if (fellBack) {
            secondOfDay(HOUR);
        }
        return fellBack;
    }

    // ---- The alarm

    /** The chip compares byte by byte: "if a match or if a don't care code is present in all three positions". */
    private boolean alarm() {
        return matches(RtcRegister.SECONDS_ALARM, ram[RtcRegister.SECONDS.index])
                && matches(RtcRegister.MINUTES_ALARM, ram[RtcRegister.MINUTES.index])
                && matches(RtcRegister.HOURS_ALARM, ram[RtcRegister.HOURS.index]);
    }

    private boolean matches(RtcRegister alarm, int time) {
        int wanted = ram[alarm.index];
        return (wanted & RtcRegister.ANY) == RtcRegister.ANY || (byte) wanted == (byte) time;
    }

    /** The first second of the day after this one that matches; none: midnight, where all is looked at again. */
    private int nextAlarm(int after) {
        int second = after + 1;
        while (second < DAY) {
            if (!matches(RtcRegister.HOURS_ALARM, hourByte(second / HOUR))) {
                second = (second / HOUR + 1) * HOUR;
            } else if (!matches(RtcRegister.MINUTES_ALARM, encoded(second % HOUR / MINUTE))) {
                second = (second / MINUTE + 1) * MINUTE;
            } else if (!matches(RtcRegister.SECONDS_ALARM, encoded(second % MINUTE))) {
                second++;
            } else {
                return second;
            }
        }
        return DAY;
    }

    // ---- Bytes and numbers

    /** The second of the day; -1 where the bytes are no time of a day. */
    private int secondOfDay() {
        int second = value(RtcRegister.SECONDS, 59);
        int minute = value(RtcRegister.MINUTES, 59);
        int hour = hour();
        return second < 0 || minute < 0 || hour < 0 ? -1 : hour * HOUR + minute * MINUTE + second;
    }

    private void secondOfDay(int second) {
        put(RtcRegister.SECONDS, second % MINUTE);
        put(RtcRegister.MINUTES, second % HOUR / MINUTE);
        ram[RtcRegister.HOURS.index] = (byte) hourByte(second / HOUR);
    }

    /** 0 to 23; -1: no hour. */
    private int hour() {
        if (hours24) {
            return value(RtcRegister.HOURS, 23);
        }
        int hours = ram[RtcRegister.HOURS.index];
        int hour = decoded(hours & ~RtcRegister.PM);
        if (hour < 1 || hour > NOON || encoded(hour) != (hours & ~RtcRegister.PM & 0xFF)) {
            return -1;
        }
        return hour % NOON + ((hours & RtcRegister.PM) != 0 ? NOON : 0);
    }

    private int hourByte(int hour) {
        if (hours24) {
            return encoded(hour);
        }
        int half = hour % NOON;
        return encoded(half == 0 ? NOON : half) | (hour >= NOON ? RtcRegister.PM : 0);
    }

    /** The number in a byte; -1 if it is above a limit, or no number. */
    private int value(RtcRegister register, int limit) {
        int value = number(register);
        return value <= limit && encoded(value) == (ram[register.index] & 0xFF) ? value : -1;
    }

    private int number(RtcRegister register) {
        return decoded(ram[register.index]);
    }

    private void put(RtcRegister register, int value) {
        ram[register.index] = (byte) encoded(value);
    }

    private int decoded(int raw) {
        int number = raw & 0xFF;
        return binary ? number : (number >> 4) * 10 + (number & 0x0F);
    }

    private int encoded(int value) {
        return encoded(value, binary);
    }

    private static int encoded(int value, boolean binary) {
        return binary ? value : (value / 10 << 4) + value % 10;
    }

    /** The time as people write it; what makes no sense shows. */
    @Override
    public String toString() {
        return String.format(
                "%02d%02d-%02d-%02d %02d:%02d:%02d, day %d of the week",
                number(RtcRegister.CENTURY),
                number(RtcRegister.YEAR),
                number(RtcRegister.MONTH),
                number(RtcRegister.DATE),
                Math.max(hour(), 0),
                number(RtcRegister.MINUTES),
                number(RtcRegister.SECONDS),
                number(RtcRegister.DAY_OF_WEEK));
    }
}
