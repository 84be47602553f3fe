package io.trapline.oracle;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.Optional;

/** The ten bytes of time and calendar, and the century: what they mean in each format of register B. */
final class RtcBytes {
    static final int SECONDS = 0,
            MINUTES = 2,
            HOURS = 4,
            DAY_OF_WEEK = 6,
            DATE = 7,
            MONTH = 8,
            YEAR = 9;

    /** Where the bytes are, the century last. */
    static final int[] PLACES = {
        SECONDS, MINUTES, HOURS, DAY_OF_WEEK, DATE, MONTH, YEAR, RtcDecoder.CENTURY
    };

    static final int HOURS_24 = 0x02, BINARY = 0x04; // register B
    static final int PM = 0x80;

    private static final int NOON = 12;

    private RtcBytes() {}

    /** A time as the byte at a place tells it. */
    static int encode(LocalDateTime time, int place, int b) {
        return switch (place) {
            case SECONDS -> digits(time.getSecond(), b);
            case MINUTES -> digits(time.getMinute(), b);
            case HOURS -> hours(time.getHour(), b);
            case DAY_OF_WEEK -> digits(dayOfWeek(time), b);
            case DATE -> digits(time.getDayOfMonth(), b);
            case MONTH -> digits(time.getMonthValue(), b);
            case YEAR -> digits(time.getYear() % 100, b);
            case RtcDecoder.CENTURY -> digits(time.getYear() / 100, b);
            default -> throw new IllegalArgumentException("no byte of time: " + place);
        };
    }

    /** Sunday is 1. */
    static int dayOfWeek(LocalDateTime time) {
        return time.getDayOfWeek().getValue() % 7 + 1;
    }

    private static int hours(int hour, int b) {
        if ((b & HOURS_24) != 0) {
            return digits(hour, b);
        }
        return digits(hour % NOON == 0 ? NOON : hour % NOON, b) | (hour >= NOON ? PM : 0);
    }

    private static int digits(int number, int b) {
        return (b & BINARY) != 0 ? number : number / 10 << 4 | number % 10;
    }

    /** The time that the bytes tell, whatever day of the week they say; empty: none. */
    static Optional<LocalDateTime> decode(int[] bytes, int b) {
        try {
            LocalDateTime time =
                    LocalDateTime.of(
                            number(bytes[RtcDecoder.CENTURY], b) * 100 + number(bytes[YEAR], b),
                            number(bytes[MONTH], b),
                            number(bytes[DATE], b),
                            hour(bytes[HOURS], b),
                            number(bytes[MINUTES], b),
                            number(bytes[SECONDS], b));
            return saysSo(time, bytes, b) ? Optional.of(time) : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Digits above 9 and hours beyond 12 mean something too, but not on paper. */
    private static boolean saysSo(LocalDateTime time, int[] bytes, int b) {
        for (int place : PLACES) {
            if (place != DAY_OF_WEEK && bytes[place] != encode(time, place, b)) {
                return false;
            }
        }
        return true;
    }

    private static int hour(int value, int b) {
        return (b & HOURS_24) != 0
                ? number(value, b)
                : number(value & ~PM, b) % NOON + ((value & PM) != 0 ? NOON : 0);
    }

    private static int number(int value, int b) {
        return (b & BINARY) != 0 ? value : (value >> 4) * 10 + (value & 0x0F);
    }
}
