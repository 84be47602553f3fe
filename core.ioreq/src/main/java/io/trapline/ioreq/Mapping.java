package io.trapline.ioreq;

import io.trapline.device.Region;

/**
 * A claim at one place, as the range map has it. A claim that moves gets a new mapping; the old one is GONE,
 * and a request that found it takes the way through the map again.
 */
final class Mapping {
    /** What is to become of a request that found this mapping. */
    enum State {
        /** It is served. */
        SERVING,
        /** It waits for the device's successor. */
        HELD,
        /** It is looked up again. */
        GONE
    }

    final int type; // of IoRequestSlot; -1: what nobody claimed, and contains nothing

    final long first;
    final long length;
    final Region region;
    final DeviceClaim claim; // null: the default client's

    /** Who answers; changed under the baton of the client that it was. */
    volatile IoreqClient client;

    /** Changed under the baton. */
    volatile State state = State.SERVING;

    // Under the baton, read racily.
    long reads;
    long writes;
    long faults;

    Mapping(
            int type,
            long first,
            long length,
            Region region,
            DeviceClaim claim,
            IoreqClient client) {
        this.type = type;
        this.first = first;
        this.length = length;
        this.region = region;
        this.claim = claim;
        this.client = client;
    }

    /** Whether an access of {@code width} bytes at {@code address} lies wholly inside; all unsigned. */
    boolean contains(long address, int width) {
        return Long.compareUnsigned(address - first, length - width) <= 0 && length >= width;
    }

    /** Whether it shares an address with the other; both of the same type. */
    boolean overlaps(Mapping other) {
        return type == other.type
                && (Long.compareUnsigned(other.first - first, length) < 0
                        || Long.compareUnsigned(first - other.first, other.length) < 0);
    }

    @Override
    public String toString() {
        return Places.text(type, first, length);
    }
}
