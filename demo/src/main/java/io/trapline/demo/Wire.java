package io.trapline.demo;

import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;

/** The other end of the guest's serial line: keeps all that came, types what is to be typed. */
final class Wire implements ByteChannel {
    private static final int SHOWN = 200;

    private final Bell bell;
    private final StringBuilder heard = new StringBuilder();
    private final StringBuilder typed = new StringBuilder();
    private boolean open = true;

    Wire(Bell bell) {
        this.bell = bell;
    }

    /** Sends text to the guest. */
    synchronized void type(String text) {
        typed.append(text);
        notifyAll();
    }

    /** How much has come so far: a mark to look from. */
    synchronized int mark() {
        return heard.length();
    }

    /** All that came since a mark. */
    synchronized String since(int mark) {
        return heard.substring(mark);
    }

    /** Waits until a text has come since a mark; where it ends. */
    int await(String text, int mark) throws StepFailed, InterruptedException {
        bell.await(
                "\"" + text.strip() + "\" on the serial line",
                () -> since(mark).contains(text),
                () -> "\"" + tail(since(mark)) + "\"");
        return mark + since(mark).indexOf(text) + text.length();
    }

    /** The end of a text, on one line. */
    static String tail(String text) {
        String end = text.length() <= SHOWN ? text : "..." + text.substring(text.length() - SHOWN);
        return end.replace("\r", "").replace("\n", " | ");
    }

    /** To the guest: waits for something to send. */
    @Override
    public synchronized int read(ByteBuffer target) throws ClosedByInterruptException {
        try {
            while (typed.isEmpty() && open) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
        if (typed.isEmpty()) {
            return -1;
        }
        int count = Math.min(target.remaining(), typed.length());
        target.put(typed.substring(0, count).getBytes(StandardCharsets.US_ASCII));
        typed.delete(0, count);
        return count;
    }

    /** From the guest. */
    @Override
    public int write(ByteBuffer source) {
        int count = source.remaining();
        synchronized (this) {
            heard.append(StandardCharsets.US_ASCII.decode(source));
        }
        bell.ring();
        return count;
    }

    @Override
    public synchronized boolean isOpen() {
        return open;
    }

    @Override
    public synchronized void close() {
        open = false;
        notifyAll();
    }
}
