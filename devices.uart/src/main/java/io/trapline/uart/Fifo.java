package io.trapline.uart;

/**
 * PC16550D (June 1995), "General Description": 16 characters, and in the receiver three bits of error with each,
 * kept above the character's byte.
 */
final class Fifo {
    static final int LENGTH = 16;

    private final int[] entries = new int[LENGTH];
    private int first;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The entry at a place, 0 the oldest; 0 where there is none. */
    int peek(int place) {
        return place < size ? entries[first + place & LENGTH - 1] : 0;
    }

    /** Adds an entry; the caller knows that there is room. */
    void put(int entry) {
        entries[first + size & LENGTH - 1] = entry;
        size++;
    }

    /** Takes the oldest entry; 0 if there is none. */
    int take() {
        int entry = peek(0);
        if (size != 0) {
            first = first + 1 & LENGTH - 1;
            size--;
        }
        return entry;
    }

    void clear() {
        size = 0;
    }

    /** A copy, oldest first. */
    int[] toArray() {
        int[] copy = new int[size];
        for (int place = 0; place < size; place++) {
            copy[place] = peek(place);
        }
        return copy;
    }

    /** Takes over the entries of {@link #toArray}; the caller has checked their number. */
    void fill(int[] copy) {
        clear();
        for (int entry : copy) {
            put(entry);
        }
    }
}
