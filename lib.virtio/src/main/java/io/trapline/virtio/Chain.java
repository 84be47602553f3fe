package io.trapline.virtio;

import io.trapline.device.GuestMemory;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One buffer that a driver has made available: pieces of its memory, first those that the device may read, then
 * those that it may write (VIRTIO 1.2, §2.6.4.2). Filled by {@link Virtqueue#next}, each piece checked to be RAM;
 * may be used again once it has been given back. A driver may cut a buffer into pieces as it likes, so a device
 * looks at offsets, not at pieces.
 */
public final class Chain {
    private static final int FEW = 8;
    private static final long MOST = 1L << 32; // §2.7.5.2: bytes of a chain

    private final GuestMemory memory;
    private long[] addresses = new long[FEW];
    private int[] lengths = new int[FEW];
    private int pieces;
    private int readablePieces;
    private long readable;
    private long writable;
    private long before; // bytes before the piece that pieceAt has found

    // Of the queue that it came from.
    int id; // what the driver knows it by
    int slots; // descriptors of the ring that it takes
    int sequence; // how manieth it is

    /** A chain with nothing in it, for the queues of one device. */
    public Chain(GuestMemory memory) {
        this.memory = memory;
    }

    void clear() {
        pieces = 0;
        readablePieces = 0;
        readable = 0;
        writable = 0;
    }

    /** Adds a piece; null, or what is wrong with it. */
    String add(long address, int length, boolean isWritable) {
        long bytes = Integer.toUnsignedLong(length);
        if (!memory.contains(address, bytes)) {
            return "a descriptor is not RAM: 0x"
                    + Long.toHexString(address)
                    + "+0x"
                    + Long.toHexString(bytes);
        } else if (readable + writable + bytes > MOST) {
            return "a chain of more than 4 GiB";
        } else if (isWritable) {
            writable += bytes;
        } else if (pieces != readablePieces) {
            return "a device-readable descriptor follows a device-writable one";
        } else {
            readable += bytes;
            readablePieces++;
        }
        if (pieces == addresses.length) {
            addresses = Arrays.copyOf(addresses, 2 * pieces);
            lengths = Arrays.copyOf(lengths, 2 * pieces);
        }
        addresses[pieces] = address;
        lengths[pieces] = length;
        pieces++;
        return null;
    }

    /** Bytes that the device may read. */
    public long readable() {
        return readable;
    }

    /** Bytes that the device may write. */
    public long writable() {
        return writable;
    }

    /** Number of pieces. */
    public int pieces() {
        return pieces;
    }

    /** Number of pieces that the device may read; those that it may write follow. */
    public int readablePieces() {
        return readablePieces;
    }

    /** Guest-physical address of a piece, which is RAM throughout. */
    public long address(int piece) {
        return addresses[piece];
    }

    /** Bytes of a piece, unsigned: 0 to 2^32 - 1. */
    public long length(int piece) {
        return Integer.toUnsignedLong(lengths[piece]);
    }

    /**
     * Loads a little-endian value from what is readable, however it is cut.
     *
     * @param offset from the start of what is readable
     * @param width 1, 2, 4 or 8 bytes; all of it is readable
     * @return zero-extended
     */
    public long load(long offset, int width) {
        int piece = pieceAt(offset, 0, readablePieces);
        long within = offset - before;
        if (within + width <= length(piece)) {
            return memory.load(addresses[piece] + within, width);
        }
        long value = 0;
        for (int i = 0; i < width; i++) {
            piece = pieceAt(offset + i, 0, readablePieces);
            value |= memory.load(addresses[piece] + offset + i - before, 1) << 8 * i;
        }
        return value;
    }

    /**
     * Stores a little-endian value into what is writable, however it is cut.
     *
     * @param offset from the start of what is writable
     * @param width 1, 2, 4 or 8 bytes; all of it is writable
     * @param value its low bytes are stored
     */
    public void store(long offset, int width, long value) {
        int piece = pieceAt(offset, readablePieces, pieces);
        long within = offset - before;
        if (within + width <= length(piece)) {
            memory.store(addresses[piece] + within, width, value);
            return;
        }
        for (int i = 0; i < width; i++) {
            piece = pieceAt(offset + i, readablePieces, pieces);
            memory.store(addresses[piece] + offset + i - before, 1, value >>> 8 * i);
        }
    }

    /**
     * Copies from what is readable.
     *
     * @param offset from the start of what is readable
     * @param target filled to its limit, or as far as there is something
     */
    public void read(long offset, ByteBuffer target) {
        copy(offset, 0, readablePieces, target, true);
    }

    /**
     * Copies into what is writable.
     *
     * @param offset from the start of what is writable
     * @param source drained to its limit, or as far as there is room
     */
    public void write(long offset, ByteBuffer source) {
        copy(offset, readablePieces, pieces, source, false);
    }

    private void copy(long offset, int first, int end, ByteBuffer buffer, boolean in) {
        int limit = buffer.limit();
        long skip = offset;
        for (int piece = first; piece < end && buffer.position() < limit; piece++) {
            long length = length(piece);
            if (skip < length) {
                long part = Math.min(length - skip, limit - buffer.position());
                buffer.limit(buffer.position() + (int) part);
                if (in) {
                    memory.read(addresses[piece] + skip, buffer);
                } else {
                    memory.write(addresses[piece] + skip, buffer);
                }
                buffer.limit(limit);
                skip = 0;
            } else {
                skip -= length;
            }
        }
    }

    private int pieceAt(long offset, int first, int end) {
        before = 0;
        for (int piece = first; piece < end; piece++) {
            long length = length(piece);
            if (offset - before < length) {
                return piece;
            }
            before += length;
        }
        throw new IndexOutOfBoundsException(
                "offset " + offset + " of a chain of " + before + " bytes");
    }
}
