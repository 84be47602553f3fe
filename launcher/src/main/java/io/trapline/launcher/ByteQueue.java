package io.trapline.launcher;

import java.io.InputStream;
import java.io.InterruptedIOException;

/** Bytes on their way from the terminal to one reader; bounded. */
final class ByteQueue {
    private final byte[] ring;
    private int head;
    private int size;
    private boolean ended;

    ByteQueue(int capacity) {
        ring = new byte[capacity];
    }

    /** Adds a byte if there is room. */
    synchronized boolean offer(int value) {
        if (size == ring.length || ended) {
            return ended;
        }
        ring[(head + size++) % ring.length] = (byte) value;
        notifyAll();
        return true;
    }

    /** Adds a byte, waits for room. */
    synchronized void put(int value) throws InterruptedException {
        while (size == ring.length && !ended) {
            wait();
        }
        offer(value);
    }

    /** No byte comes any more. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized int available() {
        return size;
    }

    /** Takes up to {@code length} bytes, at least one: waits for it; -1 at the end. */
    synchronized int take(byte[] target, int offset, int length) throws InterruptedException {
        while (size == 0 && !ended) {
            wait();
        }
        int count = Math.min(size, length);
        for (int i = 0; i < count; i++) {
            target[offset + i] = ring[head];
            head = (head + 1) % ring.length;
        }
        size -= count;
        notifyAll();
        return count == 0 && length > 0 ? -1 : count;
    }

    /** The reader's side. */
    InputStream stream() {
        return new InputStream() {
            @Override
            public int read() throws InterruptedIOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws InterruptedIOException {
                try {
                    return take(target, offset, length);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted");
                }
            }

            @Override
            public int available() {
                return ByteQueue.this.available();
            }
        };
    }
}
