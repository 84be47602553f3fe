package io.trapline.it;

import static org.junit.jupiter.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** The other end of a guest's UART: types, and reads what the guest prints, from one point to the next. */
final class SerialLine implements ByteChannel {
    private static final long PATIENCE_SECONDS = 120; // much of what a guest does here is emulated

    private final StringBuilder printed = new StringBuilder();
    private final StringBuilder typed = new StringBuilder();
    private int read; // what a test has taken of what was printed
    private boolean open = true;

    /** Types to the guest; returns at once. */
    synchronized SerialLine type(String text) {
        typed.append(text);
        notifyAll();
        return this;
    }

    /** Takes all up to a text, which it waits for, and the text itself; returns what stood before it. */
    synchronized String until(String text) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (printed.indexOf(text, read) < 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return fail("no \"" + text + "\" in \"" + printed.substring(read) + "\"");
            }
            wait(left);
        }
        int end = printed.indexOf(text, read);
        String before = printed.substring(read, end);
        read = end + text.length();
        return before;
    }

    /** Whether a text stands in what was printed and not taken yet. */
    synchronized boolean has(String text) {
        return printed.indexOf(text, read) >= 0;
    }

    /** From the UART: waits for something that was typed. */
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
        target.put(typed.substring(0, count).getBytes(StandardCharsets.ISO_8859_1));
        typed.delete(0, count);
        return count;
    }

    @Override
    public synchronized int write(ByteBuffer source) {
        int count = source.remaining();
        printed.append(StandardCharsets.ISO_8859_1.decode(source));
        notifyAll();
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
