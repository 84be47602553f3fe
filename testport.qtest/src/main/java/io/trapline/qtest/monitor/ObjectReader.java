package io.trapline.qtest.monitor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * The texts of JSON objects out of a stream of bytes: told apart by their braces, whatever lies between them, on how
 * many lines, and in how many pieces they come. It looks no further than for what no JSON has: so that a quotation
 * mark that is missing does not swallow all that follows.
 */
final class ObjectReader {
    /** Bytes of the longest object. */
    static final int LONGEST = 1 << 20;

    /** How many braces and brackets may be open. */
    static final int DEEPEST = 512;

    private final ReadableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(8 << 10).flip();
    private final ByteArrayOutputStream object = new ByteArrayOutputStream();
    private final byte[] open = new byte[DEEPEST];
    private boolean lost;

    ObjectReader(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /** What came is no object: said to the client, which goes on behind it. */
    static final class Garbage extends Exception {
        private static final long serialVersionUID = 1L;

        Garbage(String message) {
            super("JSON parse error, " + message);
        }
    }

    /**
     * The next object, waits for it. After {@link Garbage} it begins at the next brace, or on the next line.
     *
     * @return its text; null at the end
     */
    String next() throws IOException, Garbage {
        if (lost) {
            lost = false;
            skipLine();
        }
        int begin = read();
        while (begin == ' ' || begin == '\t' || begin == '\r' || begin == '\n') {
            begin = read();
        }
        if (begin < 0) {
            return null;
        }
        if (begin != '{') {
            throw garbage("wanted an object");
        }
        return rest() ? object.toString(StandardCharsets.UTF_8) : null;
    }

    private Garbage garbage(String message) {
        lost = true;
        return new Garbage(message);
    }

    /** To the end of the line, or to where an object may begin. */
    private void skipLine() throws IOException {
        for (int b = read(); b >= 0 && b != '\n'; b = read()) {
            if (b == '{') {
                buffer.position(buffer.position() - 1);
                return;
            }
        }
    }

    /** Takes the rest of an object; false: the stream ends before. */
    private boolean rest() throws IOException, Garbage {
        object.reset();
        object.write('{');
        open[0] = '{';
        boolean inString = false;
        for (int depth = 1; depth > 0; ) {
            int b = read();
            if (b < 0) {
                return false;
            } else if (inString) {
                inString = b != '"';
                if (b == '\\') {
                    keep(b);
                    b = read();
                }
            } else if (b == '"') {
                inString = true;
            } else {
                depth = nested(depth, b);
            }
            refuse(b, inString);
            keep(b);
        }
        return true;
    }

    /** How much is open behind a byte outside of strings. */
    private int nested(int depth, int b) throws Garbage {
        switch (b) {
            case '{', '[' -> {
                if (depth == DEEPEST) {
                    throw garbage("more than " + DEEPEST + " braces and brackets are open");
                }
                open[depth] = (byte) b;
                return depth + 1;
            }
            case '}', ']' -> {
                if (open[depth - 1] != (b == '}' ? '{' : '[')) {
                    throw garbage("'" + (char) b + "' closes what is not open");
                }
                return depth - 1;
            }
            default -> {
                return depth;
            }
        }
    }

    /** No JSON has control characters in a string, nor, outside, other quotation marks or what is not ASCII. */
    private void refuse(int b, boolean inString) throws Garbage {
        boolean blank = b == '\n' || b == '\r' || b == '\t';
        boolean wrong =
                inString
                        ? b >= 0 && b < ' ' || b == 0xFF
                        : b >= 0 && b < ' ' && !blank || b >= 0x7F || b == '\'';
        if (wrong) {
            throw garbage("byte 0x%02x has no place there".formatted(b));
        }
    }

    private void keep(int b) throws Garbage {
        if (object.size() == LONGEST) {
            object.reset();
            throw garbage("an object is longer than " + LONGEST + " bytes");
        }
        object.write(b);
    }

    private int read() throws IOException {
        if (!buffer.hasRemaining()) {
            buffer.clear();
            int count = channel.read(buffer);
            buffer.flip();
            if (count < 0) {
                return -1;
            }
        }
        return buffer.get() & 0xFF;
    }
}
