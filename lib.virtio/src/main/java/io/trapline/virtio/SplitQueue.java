package io.trapline.virtio;

import io.trapline.device.GuestMemory;

/** VIRTIO 1.2, §2.7: descriptor table, available ring and used ring. */
final class SplitQueue extends Virtqueue {
    private static final int DESCRIPTOR = 16;
    private static final int FLAGS = 0;
    private static final int IDX = 2;
    private static final int RING = 4;
    private static final int USED_ENTRY = 8;
    private static final int NO_INTERRUPT = 1;
    private static final int NO_NOTIFY = 1;
    private static final int WORD = 0xFFFF;

    private int nextAvail; // 16 bits
    private int seenAvail; // 16 bits: the available index as it was last read
    private int usedIdx; // 16 bits
    private int toldIdx; // 16 bits: the used index when the driver was last asked what it wants

    SplitQueue(GuestMemory memory, QueueSetup setup, long features, Owner owner) {
        super(memory, setup, features, owner);
    }

    @Override
    public boolean isEmpty() {
        if (seenAvail == nextAvail) {
            seenAvail = availIdx();
        }
        return seenAvail == nextAvail;
    }

    @Override
    boolean seemsEmpty() {
        return availIdx() == nextAvail;
    }

    private int availIdx() {
        return (int) memory.loadAcquire(driverArea + IDX, 2);
    }

    @Override
    String take(Chain chain) {
        if (isEmpty()) {
            return NOTHING;
        }
        int waiting = seenAvail - nextAvail & WORD;
        if (waiting > size) {
            return "avail idx is " + waiting + " ahead, the queue has " + size;
        }
        int head = (int) memory.load(driverArea + RING + 2L * (nextAvail & size - 1), 2);
        nextAvail = nextAvail + 1 & WORD;
        chain.id = head;
        chain.slots = 1;
        return collect(chain, head);
    }

    /** §2.7.5.3.2: descriptors, and at most one indirect one, which is then the last. */
    private String collect(Chain chain, int head) {
        long table = descriptors;
        int length = size;
        boolean inTable = false;
        int index = head;
        for (int left = size; left > 0; left--) {
            if (index >= length) {
                return "descriptor " + index + " of " + length;
            }
            long address = memory.load(table + (long) DESCRIPTOR * index, 8);
            long rest = memory.load(table + (long) DESCRIPTOR * index + 8, 8);
            int bytes = (int) rest;
            int flags = (int) (rest >>> 32) & WORD;
            if ((flags & INDIRECT) != 0) {
                String fault =
                        inTable
                                ? "an indirect descriptor in an indirect table"
                                : checkTable(address, bytes, flags);
                if (fault != null) {
                    return fault;
                }
                inTable = true;
                table = address;
                length = bytes / DESCRIPTOR;
                index = 0;
                left++; // it is not a piece
                continue;
            }
            String fault = add(chain, address, bytes, flags);
            if (fault != null || (flags & NEXT) == 0) {
                return fault;
            }
            index = (int) (rest >>> 48);
        }
        return "a chain is longer than the queue, or a loop";
    }

    @Override
    void put(int id, int slots, long written) {
        long entry = deviceArea + RING + (long) USED_ENTRY * (usedIdx & size - 1);
        memory.store(entry, 8, Integer.toUnsignedLong(id) | written << 32);
        usedIdx = usedIdx + 1 & WORD;
        memory.storeRelease(deviceArea + IDX, 2, usedIdx);
    }

    /** §2.7.7.2. */
    @Override
    boolean interruptWanted() {
        int put = usedIdx - toldIdx & WORD;
        toldIdx = usedIdx;
        if (put == 0) {
            return false;
        } else if (!eventIdx) {
            return (memory.load(driverArea + FLAGS, 2) & NO_INTERRUPT) == 0;
        }
        int event = (int) memory.load(driverArea + RING + 2L * size, 2);
        return (usedIdx - event - 1 & WORD) < put;
    }

    /** §2.7.10: with event indices, the one that is there stays behind by itself. */
    @Override
    public void quiet() {
        if (!eventIdx) {
            memory.store(deviceArea + FLAGS, 2, NO_NOTIFY);
        }
    }

    @Override
    void wantNotification() {
        if (eventIdx) {
            memory.store(deviceArea + RING + (long) USED_ENTRY * size, 2, nextAvail);
        } else {
            memory.store(deviceArea + FLAGS, 2, 0);
        }
    }

    @Override
    int[] position() {
        return new int[] {nextAvail, usedIdx, toldIdx};
    }

    @Override
    boolean position(int[] saved) {
        if (saved.length != 3 || ((saved[0] | saved[1] | saved[2]) & ~WORD) != 0) {
            return false;
        }
        nextAvail = saved[0];
        seenAvail = nextAvail;
        usedIdx = saved[1];
        toldIdx = saved[2];
        return true;
    }
}
