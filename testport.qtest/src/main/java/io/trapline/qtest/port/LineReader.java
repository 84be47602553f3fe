package io.trapline.qtest.port;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/** Lines out of a stream of bytes. Its buffer grows with a long line, up to a limit, and shrinks again. */
final class LineReader {
    private static final int USUAL = 64 << 10;

    /** Bytes of the longest line: half of it is what one write can carry. */
    static final int LONGEST = 8 << 20;

    /** What {@link #next} has found. */
    enum Found {
        LINE,
        TOO_LONG,
        END
    }

    /** Called before it waits for more. */
    @FunctionalInterface
    interface Waiting {
        void begins() throws IOException;
    }

    private final ReadableByteChannel channel;
    private final Waiting waiting;
    private byte[] bytes = new byte[USUAL];
    private ByteBuffer buffer = ByteBuffer.wrap(bytes);
    private int from;
    private int searched;
    private int to;

    LineReader(ReadableByteChannel channel, Waiting waiting) {
        this.channel = channel;
        this.waiting = waiting;
    }

    /**
     * Finds the next line, waits for it.
     *
     * @param line becomes it, until the next call; of one that is too long nothing is kept
     */
    Found next(Line line) throws IOException {
        boolean tooLong = false;
        while (true) {
            for (; searched < to; searched++) {
                if (bytes[searched] == '\n') {
                    line.set(bytes, from, searched);
                    from = ++searched;
                    return tooLong ? Found.TOO_LONG : Found.LINE;
                }
            }
            if (to - from >= LONGEST) {
                tooLong = true;
            }
            if (tooLong) {
                from = to;
            }
            makeRoom();
            waiting.begins();
            buffer.limit(bytes.length).position(to);
            int count = channel.read(buffer);
            if (count < 0) {
                return Found.END;
            }
            to += count;
        }
    }

    private void makeRoom() {
        int length = to - from;
        int capacity = bytes.length;
        if (length == bytes.length) {
            capacity = Math.min(2 * bytes.length, LONGEST);
        } else if (length == 0) {
            capacity = USUAL;
        } else if (to < bytes.length) {
            return;
        }
        if (capacity != bytes.length) {
            bytes = Arrays.copyOf(Arrays.copyOfRange(bytes, from, to), capacity);
            buffer = ByteBuffer.wrap(bytes);
        } else {
            System.arraycopy(bytes, from, bytes, 0, length);
        }
        from = 0;
        searched = length;
        to = length;
    }
}
