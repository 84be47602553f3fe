package io.trapline.tck;

/**
 * A range of ports or of addresses.
 *
 * @param ports ports, else addresses
 * @param first the first of them
 * @param last the last of them
 */
record Place(boolean ports, long first, long last) {
    private static final long PORTS = 1 << 16;

    /** A range that makes sense; throws for another, with the machine's words. */
    static Place of(boolean ports, long first, long length) {
        Place place = new Place(ports, first, first + length - 1);
        boolean nonsense =
                length < 1
                        || (ports
                                ? first < 0 || length > PORTS || place.last >= PORTS
                                : Long.compareUnsigned(place.last, first) < 0);
        if (nonsense) {
            throw new IllegalArgumentException(
                    "no such range: "
                            + place
                            + ", wanted "
                            + (ports
                                    ? "ports 0 to 0xffff, at least one"
                                    : "at least one byte, not wrapping"));
        }
        return place;
    }

    boolean overlaps(Place other) {
        return ports == other.ports
                && Long.compareUnsigned(first, other.last) <= 0
                && Long.compareUnsigned(other.first, last) <= 0;
    }

    String type() {
        return ports ? "port" : "memory";
    }

    @Override
    public String toString() {
        return type()
                + " 0x"
                + Long.toHexString(first)
                + "+"
                + Long.toUnsignedString(last - first + 1);
    }
}
