package io.trapline.rtc;

import java.time.Clock;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.function.Supplier;

/** What the clock says when the power comes, as the configuration's {@code base} has it. */
final class StartTime {
    private static final int LAST_YEAR = 9999; // two digits of the century, two of the year

    private StartTime() {}

    /**
     * Reads a base.
     *
     * @param base {@code utc}, {@code localtime}, or a date, with a time if wanted: {@code 2020-02-28T23:59:50}
     * @param host the host's clock, with its zone
     * @throws IllegalArgumentException if it is none of them
     */
    static Supplier<LocalDateTime> of(String base, Clock host) {
        switch (base) {
            case "utc":
                return () -> LocalDateTime.now(host.withZone(ZoneOffset.UTC));
            case "localtime":
                return () -> LocalDateTime.now(host);
            default:
                LocalDateTime fixed = fixed(base);
                return () -> fixed;
        }
    }

    private static LocalDateTime fixed(String base) {
        try {
            LocalDateTime time =
                    base.indexOf('T') < 0
                            ? LocalDate.parse(base).atStartOfDay()
                            : LocalDateTime.parse(base);
            if (time.getYear() >= 0 && time.getYear() <= LAST_YEAR) {
                return time;
            }
        } catch (DateTimeParseException e) {
            throw refused(base, e);
        }
        throw refused(base, null);
    }

    private static IllegalArgumentException refused(String base, Exception cause) {
        return new IllegalArgumentException(
                "base = \""
                        + base
                        + "\", wanted utc, localtime or a date such as 2020-02-28T23:59:50",
                cause);
    }
}
