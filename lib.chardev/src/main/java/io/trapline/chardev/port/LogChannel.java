package io.trapline.chardev.port;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * {@code log}: bytes become lines of the log. A line is text in UTF-8 up to a carriage return or line feed, or as
 * much as fits; what could act on a terminal or forge a line is written out. A guest that sends more than the log
 * takes in a second is held up.
 */
final class LogChannel implements ByteChannel {
    /** Bytes of a line; a longer one is broken, but not inside a character. */
    static final int LONGEST_LINE = 1024;

    private static final int LONGEST_CHARACTER = 4;
    private static final int LINES_A_SECOND = 1000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final String name;
    private final Consumer<String> log;
    private final int limit;
    private final byte[] line = new byte[LONGEST_LINE + LONGEST_CHARACTER];
    private int length;
    private long second = System.nanoTime();
    private int lines; // in this second
    private volatile boolean closed;

    /**
     * A channel with no line yet.
     *
     * @param name stands before each line
     * @param log takes lines
     * @param limit so many a second
     */
    LogChannel(String name, Consumer<String> log, int limit) {
        this.name = name;
        this.log = log;
        this.limit = limit;
    }

    /** Into the log of this process. */
    static LogChannel of(String name) {
        System.Logger logger = System.getLogger("io.trapline.chardev.log");
        return new LogChannel(
                name, line -> logger.log(System.Logger.Level.INFO, line), LINES_A_SECOND);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int count = 0;
        while (source.hasRemaining()) {
            byte value = source.get();
            count++;
            boolean inside = (value & 0xC0) == 0x80; // UTF-8: not the first byte of a character
            if (value == '\n' || value == '\r') {
                end();
            } else {
                if (length >= (inside ? line.length : LONGEST_LINE)) {
                    end();
                }
                line[length++] = value;
            }
        }
        return count;
    }

    /** An empty line is none. */
    private void end() throws IOException {
        if (length > 0) {
            pace();
            log.accept(name + ": " + harmless(new String(line, 0, length, StandardCharsets.UTF_8)));
            length = 0;
        }
    }

    private void pace() throws IOException {
        while (lines >= limit && System.nanoTime() - second < SECOND) {
            LockSupport.parkNanos(SECOND - (System.nanoTime() - second));
            if (Thread.interrupted() || closed) {
                throw new InterruptedIOException();
            }
        }
        if (System.nanoTime() - second >= SECOND) {
            second = System.nanoTime();
            lines = 0;
        }
        lines++;
    }

    /** Controls as {@code ^[}, and what else does not show, or turns the direction, as {@code <U+202E>}. */
    static String harmless(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        point -> {
                            if (point < ' ' && point != '\t') {
                                shown.append('^').append((char) (point + '@'));
                            } else if (point == 0x7F) {
                                shown.append("^?");
                            } else if (hidden(point)) {
                                shown.append(String.format("<U+%04X>", point));
                            } else {
                                shown.appendCodePoint(point);
                            }
                        });
        return shown.toString();
    }

    private static boolean hidden(int point) {
        return point != '\t'
                && switch (Character.getType(point)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.PRIVATE_USE,
                            Character.SURROGATE,
                            Character.UNASSIGNED ->
                            true;
                    default -> false;
                };
    }

    @Override
    public int read(ByteBuffer target) {
        return -1;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    /** A line that has not ended is a line, too. */
    @Override
    public void close() {
        closed = true;
        if (length > 0) {
            log.accept(name + ": " + harmless(new String(line, 0, length, StandardCharsets.UTF_8)));
            length = 0;
        }
    }
}
