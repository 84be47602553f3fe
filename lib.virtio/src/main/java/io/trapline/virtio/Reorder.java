package io.trapline.virtio;

/** VIRTIO 1.2, §2.7.9: where buffers are to be used in order, one that is done early waits here for those before. */
final class Reorder {
    private final int mask;
    private final int[] ids;
    private final int[] slots;
    private final long[] written;
    private final boolean[] done;

    Reorder(int size) {
        int places = Integer.highestOneBit(2 * size - 1);
        mask = places - 1;
        ids = new int[places];
        slots = new int[places];
        written = new long[places];
        done = new boolean[places];
    }

    void done(Chain chain, long bytes) {
        int place = chain.sequence & mask;
        ids[place] = chain.id;
        slots[place] = chain.slots;
        written[place] = bytes;
        done[place] = true;
    }

    /** The place of that one, which is then empty; -1 if it is not done. */
    int first(int sequence) {
        int place = sequence & mask;
        if (!done[place]) {
            return -1;
        }
        done[place] = false;
        return place;
    }

    int id(int place) {
        return ids[place];
    }

    int slots(int place) {
        return slots[place];
    }

    long written(int place) {
        return written[place];
    }
}
