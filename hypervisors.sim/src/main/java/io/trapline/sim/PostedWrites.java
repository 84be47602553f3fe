package io.trapline.sim;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Writes that have not become requests yet, in order, as in KVM's coalesced ring. Any vCPU adds; one at a
 * time, who has {@link #claim}ed it, takes out. An entry leaves after its request was answered: an empty ring
 * means that all have arrived.
 */
final class PostedWrites {
    /** Entries; KVM's ring has (4096 - 8) / 24 - 1 = 169 on x86. */
    static final int CAPACITY = 100;

    private final int[] types = new int[CAPACITY];
    private final long[] addresses = new long[CAPACITY];
    private final int[] widths = new int[CAPACITY];
    private final long[] values = new long[CAPACITY];
    private final AtomicBoolean claimed = new AtomicBoolean();
    private int first;
    private volatile int size;

    /** Adds a write; false if the ring is full. */
    synchronized boolean add(int type, long address, int width, long value) {
        int waiting = size;
        if (waiting == CAPACITY) {
            return false;
        }
        int index = (first + waiting) % CAPACITY;
        types[index] = type;
        addresses[index] = address;
        widths[index] = width;
        values[index] = value;
        size = waiting + 1;
        return true;
    }

    int size() {
        return size;
    }

    boolean claim() {
        return claimed.compareAndSet(false, true);
    }

    boolean isClaimed() {
        return claimed.get();
    }

    void release() {
        claimed.set(false);
    }

    /** Sends the first entry from a vCPU, which has claimed the ring, and takes it out once answered. */
    void sendFirst(SimCpu cpu) {
        int type;
        long address;
        int width;
        long value;
        synchronized (this) {
            type = types[first];
            address = addresses[first];
            width = widths[first];
            value = values[first];
        }
        cpu.sendPosted(type, address, width, value);
        synchronized (this) {
            int waiting = size;
            first = (first + 1) % CAPACITY;
            size = waiting - 1;
        }
    }
}
