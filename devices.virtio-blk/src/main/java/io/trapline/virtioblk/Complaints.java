package io.trapline.virtioblk;

import io.trapline.device.Board;
import io.trapline.device.Inspector;
import java.util.function.Consumer;

/**
 * What the host refuses, told to an administrator: the first at once, then how many more there were, once a minute at
 * most. Under the baton.
 */
final class Complaints {
    private static final long MINUTE = 60_000_000_000L;

    private final Board board;
    private final String image;
    private final Consumer<String> log;
    private long count;
    private long told; // of those
    private long next; // when to tell again
    private String last = "";

    Complaints(Board board, String image, Consumer<String> log) {
        this.board = board;
        this.image = image;
        this.log = log;
    }

    void add(String what) {
        count++;
        last = what;
        long now = board.timers().now();
        if (count == 1 || now >= next) {
            long silent = count - told - 1;
            log.accept(
                    "disk %s of machine %s, image %s: %s%s"
                            .formatted(
                                    board.device(),
                                    board.machine(),
                                    image,
                                    what,
                                    silent > 0 ? " (and " + silent + " more before)" : ""));
            told = count;
            next = now + MINUTE;
        }
    }

    void inspect(Inspector out) {
        out.number("refused by the host", count);
        if (!last.isEmpty()) {
            out.text("last refused", last);
        }
    }
}
