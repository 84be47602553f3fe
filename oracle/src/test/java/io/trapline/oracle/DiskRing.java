package io.trapline.oracle;

import java.util.List;

/** A driver's side of one virtqueue (VIRTIO 1.2, 2.7 and 2.8). */
abstract class DiskRing {
    /** A part of a request's buffer. */
    record Piece(long address, int length, boolean writable) {}

    /** What the device gave back. */
    record Used(int id, long length, boolean consistent) {}

    static final int ALWAYS = 0;
    static final int NEVER = 1;
    static final int AFTER = 2;

    protected final DiskSide side;
    protected final int size;
    protected final long descriptors;
    protected final long driver;
    protected final long device;
    protected final boolean eventIdx;

    DiskRing(
            DiskSide side, int size, long descriptors, long driver, long device, boolean eventIdx) {
        this.side = side;
        this.size = size;
        this.descriptors = descriptors;
        this.driver = driver;
        this.device = device;
        this.eventIdx = eventIdx;
    }

    /** Makes a buffer available, its descriptors in the ring or in a table; there is room. */
    abstract int add(List<Piece> pieces, long table);

    /** How many descriptors are free. */
    abstract int free();

    /** Whether the device wants to be notified of what was added since the last time. */
    abstract boolean wantsNotification();

    /** The next that was used; null: none. */
    abstract Used next();

    /** All that was added is back: all descriptors are free, in their order. */
    abstract void settled();

    /** Says when an interrupt is wanted. */
    abstract void suppress(int mode, int after);

    /** Whether so many descriptors more could bring the used position round, while an event is waited for. */
    boolean mayComeRound(int count) {
        return false;
    }

    /** How many buffers it has seen, modulo 2^16; nothing is in flight. */
    int position() {
        return 0;
    }

    /** What the device writes, but for buffers. */
    abstract byte[] deviceArea();

    /** What the device has said of notifications; "" while it need not have said anything. */
    abstract String wish();

    static void descriptor(
            DiskSide side, long at, Piece piece, int flags, int last, boolean packed) {
        side.write(at, 8, piece.address());
        side.write(at + 8, 4, piece.length());
        side.write(at + 12, 2, packed ? last : flags);
        side.write(at + 14, 2, packed ? flags : last);
    }
}
