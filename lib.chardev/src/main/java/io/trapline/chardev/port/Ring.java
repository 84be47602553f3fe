package io.trapline.chardev.port;

import java.nio.ByteBuffer;

/** A bounded queue of bytes; its {@link Port} guards it. */
final class Ring {
    private final byte[] bytes;
    private int first;
    private int size;

    /** The capacity is a power of two. */
    Ring(int capacity) {
        bytes = new byte[capacity];
    }

    int size() {
        return size;
    }

    int room() {
        return bytes.length - size;
    }

    /** Adds a byte; the caller knows that there is room. */
    void put(int value) {
        bytes[first + size & bytes.length - 1] = (byte) value;
        size++;
    }

    /** Takes the oldest byte, 0 to 255; -1 if there is none. */
    int take() {
        if (size == 0) {
            return -1;
        }
        int value = bytes[first] & 0xFF;
        skip(1);
        return value;
    }

    /** Drops the oldest bytes. */
    void skip(int count) {
        first = first + count & bytes.length - 1;
        size -= count;
    }

    /** Copies the oldest bytes into what remains of a buffer, without taking them. */
    void copyTo(ByteBuffer target) {
        int count = Math.min(size, target.remaining());
        int untilEnd = Math.min(count, bytes.length - first);
        target.put(bytes, first, untilEnd).put(bytes, 0, count - untilEnd);
    }

    /** Adds what remains of a buffer; the caller knows that there is room. */
    void put(ByteBuffer source) {
        int last = first + size & bytes.length - 1;
        int count = source.remaining();
        int untilEnd = Math.min(count, bytes.length - last);
        source.get(bytes, last, untilEnd).get(bytes, 0, count - untilEnd);
        size += count;
    }
}
