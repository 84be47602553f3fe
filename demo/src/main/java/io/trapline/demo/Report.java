package io.trapline.demo;

import io.trapline.machine.StatsRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests, clients, latencies at the end. */
final class Report {
    private static final String FORMAT = "%-8s  %10s  %10s  %10s  %9s  %9s  %9s";

    private Report() {}

    /** A table of the clients that there were before or after; one that is in both, as it was after. */
    static String of(List<StatsRow> before, List<StatsRow> after) {
        Map<String, StatsRow> rows = new LinkedHashMap<>();
        before.forEach(row -> rows.put(row.client(), row));
        after.forEach(row -> rows.put(row.client(), row));
        StringBuilder out =
                new StringBuilder(
                        String.format(
                                FORMAT,
                                "client",
                                "requests",
                                "reads",
                                "writes",
                                "median",
                                "99 %",
                                "longest"));
        rows.values().forEach(row -> out.append('\n').append(line(row)));
        return out.toString();
    }

    private static String line(StatsRow row) {
        return String.format(
                FORMAT,
                row.client(),
                row.requests(),
                row.reads(),
                row.writes(),
                time(row, row.p50()),
                time(row, row.p99()),
                time(row, row.max()));
    }

    private static String time(StatsRow row, long nanoseconds) {
        if (row.samples() == 0) {
            return "-";
        }
        return nanoseconds < 10_000 ? nanoseconds + " ns" : nanoseconds / 1000 + " us";
    }
}
