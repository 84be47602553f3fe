package io.trapline.oracle;

/**
 * One request of a driver (VIRTIO 1.2, 5.2.6).
 *
 * @param type as in its header
 * @param sector as in its header
 * @param bytes of data; of a discard and the like, sectors of its only segment
 * @param flags of that segment
 * @param pieces into how many descriptors it is cut, at most
 * @param indirect whether those are a table of their own, where that was negotiated
 * @param seed of its data, cuts and places
 */
record DiskRequest(
        int type, long sector, int bytes, int flags, int pieces, boolean indirect, long seed) {
    static final int IN = 0;
    static final int OUT = 1;
    static final int FLUSH = 4;
    static final int GET_ID = 8;
    static final int DISCARD = 11;
    static final int WRITE_ZEROES = 13;

    boolean ofSegments() {
        return type == DISCARD || type == WRITE_ZEROES;
    }

    /** Bytes after the header that the device reads. */
    int given() {
        return type == OUT ? bytes : ofSegments() ? 16 : 0;
    }

    /** Bytes before the status that the device writes. */
    int wanted() {
        return type == IN || type == GET_ID ? bytes : 0;
    }

    /** Whether it may change what is on the disk. */
    boolean changes() {
        return type == OUT || ofSegments();
    }

    /** Whether it is known afterwards what is there, if it is on the disk. */
    boolean fills() {
        return type == OUT && bytes % Disk.SECTOR == 0 || type == WRITE_ZEROES && (flags & ~1) == 0;
    }

    /** Sectors that it is about. */
    long count() {
        return ofSegments() ? bytes : type == IN || type == OUT ? (bytes + 511) / Disk.SECTOR : 0;
    }

    /** Whether all its sectors are on a disk of so many. */
    boolean inside(long sectors) {
        return sector >= 0 && count() >= 0 && sector + count() <= sectors;
    }

    /** Whether a segment's flags are wrong, and its range, too. */
    boolean wrongTwice(long sectors) {
        boolean flagged = ofSegments() && (flags & (type == DISCARD ? -1 : ~1)) != 0;
        boolean inside = sector >= 0 && bytes >= 0 && sector + bytes <= sectors;
        return flagged && !inside;
    }

    /** Whether the order of the two makes a difference. */
    boolean collides(DiskRequest other) {
        return (changes() || other.changes())
                && sector < other.sector + other.count()
                && other.sector < sector + count();
    }
}
