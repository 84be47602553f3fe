package io.trapline.qtest.monitor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * The texts of JSON objects out of a stream of bytes: told apart by their braces, whatever lies between them, on how
 * many lines, and in how many pieces they come. It looks into nothing but strings, in which braces do not count.
 */
final class ObjectReader {
    /** Bytes of the longest object. */
    static final int LONGEST = 1 << 20;

    /** A byte that is in no text: whoever sends it wants to begin anew. */
    private static final int ANEW = 0xFF;

    private final ReadableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(8 << 10).flip();
    private final ByteArrayOutputStream object = new ByteArrayOutputStream();

    ObjectReader(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /** What came is no object: said to the client, which goes on behind it. */
    static final class Garbage extends Exception {
        private static final long serialVersionUID = 1L;

        Garbage(String message) {
            super(message);
        }
    }

    /**
     * The next object, waits for it.
     *
     * @return its text; null at the end
     * @throws Garbage once for each line, or piece of one, that is between objects, and for an object that is
     *     too long
     */
    String next() throws IOException, Garbage {
        for (int begin = skipBlanks(); begin >= 0; begin = skipBlanks()) {
            if (begin != '{') {
                skipLine();
                throw new Garbage("JSON parse error, expecting an object");
            }
            if (rest()) {
                if (object.size() > LONGEST) {
                    throw new Garbage(
                            "JSON parse error, an object is longer than " + LONGEST + " bytes");
                }
                return object.toString(StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    private int skipBlanks() throws IOException {
        int b = read();
        while (b == ' ' || b == '\t' || b == '\r' || b == '\n' || b == ANEW) {
            b = read();
        }
        return b;
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

    /** Takes the rest of an object; false: it is not to be finished. */
    private boolean rest() throws IOException {
        object.reset();
        object.write('{');
        boolean inString = false;
        for (int depth = 1; depth > 0; ) {
            int b = read();
            if (b < 0 || b == ANEW) {
                return false;
            } else if (inString && b == '\\') {
                keep(b);
                b = read();
            } else if (b == '"') {
                inString = !inString;
            } else if (!inString && b == '{') {
                depth++;
            } else if (!inString && b == '}') {
                depth--;
            }
            keep(b);
        }
        return true;
    }

    private void keep(int b) {
        if (object.size() <= LONGEST && b >= 0) {
            object.write(b);
        }
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
