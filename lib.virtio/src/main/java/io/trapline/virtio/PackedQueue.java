package io.trapline.virtio;

import io.trapline.device.GuestMemory;

/** VIRTIO 1.2, §2.8: one ring of descriptors, and a structure of each side that says what it wants to hear. */
final class PackedQueue extends Virtqueue {
    private static final int DESCRIPTOR = 16;
    private static final int LENGTH_FIELD = 8;
    private static final int FLAGS_FIELD = 14;
    private static final int AVAIL = 1 << 7;
    private static final int USED = 1 << 15;
    private static final int WORD = 0xFFFF;

    // §2.8.10: the event suppression structures
    private static final int EVENT_FLAGS = 2;
    private static final int ENABLE = 0;
    private static final int DISABLE = 1;
    private static final int DESC = 2;
    private static final int WRAP = 1 << 15;

    private int nextAvail;
    private boolean availWrap = true;
    private int nextUsed;
    private boolean usedWrap = true;
    private int slotsInFlight;
    private int put; // descriptors since the driver was last asked what it wants

    PackedQueue(GuestMemory memory, QueueSetup setup, long features, Owner owner) {
        super(memory, setup, features, owner);
    }

    /** Length, id and flags at once: the driver wrote the flags last. */
    private long rest(int index) {
        return memory.loadAcquire(descriptors + (long) DESCRIPTOR * index + LENGTH_FIELD, 8);
    }

    private static int flags(long rest) {
        return (int) (rest >>> 48);
    }

    private boolean isAvailable(long rest) {
        int flags = flags(rest);
        return (flags & AVAIL) != 0 == availWrap && (flags & USED) != 0 != availWrap;
    }

    @Override
    public boolean isEmpty() {
        return !isAvailable(rest(nextAvail));
    }

    /** Near the ring's end it may look with one wrap counter at the other's place: a hint may be wrong. */
    @Override
    boolean seemsEmpty() {
        return isEmpty();
    }

    /** §2.8.6: a chain stands in consecutive descriptors; its last one has the buffer's id. */
    @Override
    String take(Chain chain) {
        chain.slots = 0;
        for (int left = size - slotsInFlight; left > 0; left--) {
            long rest = rest(nextAvail);
            if (!isAvailable(rest)) {
                return chain.slots == 0
                        ? NOTHING
                        : "a chain whose next descriptor is not available";
            }
            long address = memory.load(descriptors + (long) DESCRIPTOR * nextAvail, 8);
            int bytes = (int) rest;
            int flags = flags(rest);
            chain.id = (int) (rest >>> 32) & WORD;
            chain.slots++;
            advance();
            String fault =
                    (flags & INDIRECT) != 0
                            ? table(chain, address, bytes, flags)
                            : add(chain, address, bytes, flags);
            if (fault != null || (flags & NEXT) == 0) {
                slotsInFlight += chain.slots;
                return fault;
            }
        }
        return chain.slots == 0 && isEmpty() ? NOTHING : "a chain is longer than the queue";
    }

    private void advance() {
        boolean last = nextAvail == size - 1;
        nextAvail = last ? 0 : nextAvail + 1; // always a place in the ring, for who looks meanwhile
        availWrap ^= last;
    }

    /** §2.8.7: all descriptors of the table, one after the other; of their flags all but the direction are ignored. */
    private String table(Chain chain, long address, int bytes, int flags) {
        String fault = checkTable(address, bytes, flags);
        for (long at = address, end = at + Integer.toUnsignedLong(bytes);
                fault == null && at != end;
                at += DESCRIPTOR) {
            long rest = memory.load(at + LENGTH_FIELD, 8);
            fault = add(chain, memory.load(at, 8), (int) rest, flags(rest));
        }
        return fault;
    }

    /** §2.8.6: the used descriptor goes where the chain's first one was; what the chain had is skipped. */
    @Override
    void put(int id, int slots, long written) {
        long at = descriptors + (long) DESCRIPTOR * nextUsed;
        memory.store(at + LENGTH_FIELD, 4, written);
        memory.store(at + LENGTH_FIELD + 4, 2, id);
        int flags = (usedWrap ? AVAIL | USED : 0) | (written != 0 ? WRITE : 0);
        memory.storeRelease(at + FLAGS_FIELD, 2, flags);
        slotsInFlight -= slots;
        put += slots;
        nextUsed += slots;
        if (nextUsed >= size) {
            nextUsed -= size;
            usedWrap = !usedWrap;
        }
    }

    /** §2.8.10. */
    @Override
    boolean interruptWanted() {
        int since = put;
        put = 0;
        if (since == 0) {
            return false;
        }
        int wish =
                (int) memory.load(driverArea, 4); // both halves at once: the driver may change them
        int flags = wish >>> 16 & 3;
        if (flags != DESC || !eventIdx) {
            return flags != DISABLE;
        }
        int event = wish & WRAP - 1;
        boolean wrap = (wish & WRAP) != 0;
        int ahead = wrap == usedWrap ? nextUsed - event - 1 : nextUsed + size - event - 1;
        return ahead >= 0 && ahead < since;
    }

    @Override
    public void quiet() {
        memory.store(deviceArea + EVENT_FLAGS, 2, DISABLE);
    }

    @Override
    void wantNotification() {
        if (eventIdx) {
            memory.store(deviceArea, 4, nextAvail | (availWrap ? WRAP : 0) | DESC << 16);
        } else {
            memory.store(deviceArea + EVENT_FLAGS, 2, ENABLE);
        }
    }

    @Override
    int[] position() {
        return new int[] {nextAvail, availWrap ? 1 : 0, nextUsed, usedWrap ? 1 : 0, put};
    }

    @Override
    boolean position(int[] saved) {
        boolean possible =
                saved.length == 5
                        && saved[0] >= 0
                        && saved[0] < size
                        && (saved[1] | saved[3] | 1) == 1
                        && saved[2] >= 0
                        && saved[2] < size
                        && saved[4] >= 0;
        if (possible) {
            nextAvail = saved[0];
            availWrap = saved[1] != 0;
            nextUsed = saved[2];
            usedWrap = saved[3] != 0;
            put = saved[4];
        }
        return possible;
    }
}
