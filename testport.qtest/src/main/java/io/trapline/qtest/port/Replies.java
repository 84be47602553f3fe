package io.trapline.qtest.port;

import io.trapline.qtest.machine.InterruptLines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * What goes to the client: replies, and interrupt lines between them. Kept until the port waits for the client, or
 * there is much of it; what others than the port's thread have to say goes out at once.
 */
final class Replies implements InterruptLines.Listener {
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OK = bytes("OK");
    private static final byte[] FAIL = bytes("FAIL ");
    private static final byte[] RAISE = bytes("IRQ raise ");
    private static final byte[] LOWER = bytes("IRQ lower ");

    private final WritableByteChannel channel;
    private final PortLog log;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
    private final StringBuilder logged = new StringBuilder();
    private final Thread port = Thread.currentThread();

    /**
     * Made by the port's thread.
     *
     * @param log null: none
     */
    Replies(WritableByteChannel channel, PortLog log) {
        this.channel = channel;
        this.log = log;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    synchronized void ok() throws IOException {
        put(OK);
        end();
    }

    synchronized void ok(long value, int digits) throws IOException {
        beginHex();
        for (int shift = 4 * Math.max(digits, hexDigits(value)); shift > 0; ) {
            shift -= 4;
            put(DIGITS[(int) (value >>> shift) & 0xF]);
        }
        end();
    }

    private static int hexDigits(long value) {
        return (67 - Long.numberOfLeadingZeros(value)) / 4;
    }

    synchronized void okText(String text) throws IOException {
        put(OK);
        put((byte) ' ');
        put(bytes(text));
        end();
    }

    synchronized void fail(String why) throws IOException {
        put(FAIL);
        put(bytes(why.replaceAll("[^ -~]", "?")));
        end();
    }

    synchronized void okHex(Memory.Data data) throws IOException {
        beginHex();
        data.copy(this::hex);
        end();
    }

    private void beginHex() throws IOException {
        put(OK);
        put((byte) ' ');
        put((byte) '0');
        put((byte) 'x');
    }

    private void hex(byte[] data, int length) throws IOException {
        for (int i = 0; i < length; i++) {
            put(DIGITS[data[i] >>> 4 & 0xF]);
            put(DIGITS[data[i] & 0xF]);
        }
    }

    synchronized void okBase64(Memory.Data data) throws IOException {
        put(OK);
        put((byte) ' ');
        data.copy((bytes, length) -> put(base64(bytes, length)));
        end();
    }

    private static byte[] base64(byte[] data, int length) {
        return Base64.getEncoder()
                .encode(length == data.length ? data : Arrays.copyOf(data, length));
    }

    private void put(byte[] text) throws IOException {
        for (byte b : text) {
            put(b);
        }
    }

    private void put(byte b) throws IOException {
        if (!buffer.hasRemaining()) {
            flush();
        }
        buffer.put(b);
        if (log != null && logged.length() < 200) {
            logged.append((char) (b & 0xFF));
        }
    }

    private void end() throws IOException {
        if (log != null) {
            log.sent(logged.toString());
            logged.setLength(0);
        }
        if (!buffer.hasRemaining()) {
            flush();
        }
        buffer.put((byte) '\n');
    }

    @Override
    public synchronized void changed(int gsi, boolean high) {
        try {
            put(high ? RAISE : LOWER);
            put(bytes(Integer.toString(gsi)));
            end();
            if (Thread.currentThread() != port) {
                flush();
            }
        } catch (IOException e) {
            // The client is gone: the port's thread finds that out by itself, and it is no fault of
            // a device.
        }
    }

    /** Sends what is kept. */
    synchronized void flush() throws IOException {
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } finally {
            buffer.clear();
        }
    }
}
