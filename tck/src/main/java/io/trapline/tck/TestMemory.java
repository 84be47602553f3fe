package io.trapline.tck;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trapline.device.GuestMemory;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * RAM of a PC, zero at first: from address 0 up to {@link #HOLE}, what is left from 4 GiB on. Takes as much of
 * the host's memory as is touched, in pieces of {@link #PIECE} bytes; a {@link #slice} does not cross from one
 * to the next. From any thread; only the acquiring and releasing accesses are ordered.
 */
public final class TestMemory implements GuestMemory {
    /** Where RAM below 4 GiB ends, at the latest: 3 GiB. */
    public static final long HOLE = 3L << 30;

    /** Bytes that are contiguous on the host. */
    public static final int PIECE = 1 << 16;

    private static final long FOUR_GIB = 1L << 32;

    /** Sees what is read. */
    @FunctionalInterface
    public interface Reads {
        /**
         * A range was read; what is stored now is what the next read gives.
         *
         * @param address guest-physical
         * @param length bytes
         */
        void read(long address, int length);
    }

    private final ConcurrentMap<Long, ByteBuffer> pieces = new ConcurrentHashMap<>();
    private final long size;
    private final long low;
    private final AtomicLong misses = new AtomicLong();
    private Reads reads = (address, length) -> {};

    /**
     * RAM of a size.
     *
     * @param size bytes, a multiple of {@link #PIECE}; 0: none
     * @throws IllegalArgumentException if it is not
     */
    public TestMemory(long size) {
        if (size < 0 || size % PIECE != 0) {
            throw new IllegalArgumentException(
                    "no such RAM: " + size + " bytes, wanted a multiple of " + PIECE);
        }
        this.size = size;
        low = Math.min(size, HOLE);
    }

    /** RAM with the same in it, which nobody has asked to see reads of. */
    public TestMemory copy() {
        TestMemory copy = new TestMemory(size);
        pieces.forEach((number, piece) -> copy.piece(number * PIECE).put(0, piece, 0, PIECE));
        return copy;
    }

    /**
     * Shows each value that is loaded and each range that is read, after the fact; not what is read through a slice
     * or a window. A test can count, or play a guest that changes its memory meanwhile.
     *
     * @param wanted called by who reads
     */
    public void watch(Reads wanted) {
        reads = wanted;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean contains(long address, long length) {
        return within(address, length, 0, low)
                || within(address, length, FOUR_GIB, FOUR_GIB + size - low);
    }

    private static boolean within(long address, long length, long first, long end) {
        return address >= first && address < end && length >= 0 && length <= end - address;
    }

    /** Whether any of a range, which does not wrap, is RAM. */
    boolean touches(long first, long last) {
        return Long.compareUnsigned(first, low) < 0
                || size > low
                        && Long.compareUnsigned(first, FOUR_GIB + size - low) < 0
                        && Long.compareUnsigned(last, FOUR_GIB) >= 0;
    }

    @Override
    public long load(long address, int width) {
        Widths.require(width);
        if (missing(address, width)) {
            return Widths.cut(-1, width);
        }
        long value = peek(address, width);
        reads.read(address, width);
        return value;
    }

    private long peek(long address, int width) {
        int at = within(address);
        if (at + width > PIECE) {
            int low = PIECE - at;
            long value = 0;
            for (int i = width - 1; i >= 0; i--) {
                long from = i < low ? address : address + i;
                value = value << 8 | piece(from).get(i < low ? at + i : within(from)) & 0xFF;
            }
            return value;
        }
        ByteBuffer piece = piece(address);
        return switch (width) {
            case 1 -> piece.get(at) & 0xFF;
            case 2 -> piece.getShort(at) & 0xFFFF;
            case 4 -> piece.getInt(at) & 0xFFFF_FFFFL;
            default -> piece.getLong(at);
        };
    }

    @Override
    public long loadAcquire(long address, int width) {
        long value = load(address, width);
        VarHandle.acquireFence();
        return value;
    }

    @Override
    public boolean store(long address, int width, long value) {
        Widths.require(width);
        if (missing(address, width)) {
            return false;
        }
        int at = within(address);
        if (at + width > PIECE) {
            for (int i = 0; i < width; i++) {
                piece(address + i).put(within(address + i), (byte) (value >>> 8 * i));
            }
            return true;
        }
        ByteBuffer piece = piece(address);
        switch (width) {
            case 1 -> piece.put(at, (byte) value);
            case 2 -> piece.putShort(at, (short) value);
            case 4 -> piece.putInt(at, (int) value);
            default -> piece.putLong(at, value);
        }
        return true;
    }

    @Override
    public boolean storeRelease(long address, int width, long value) {
        VarHandle.releaseFence();
        return store(address, width, value);
    }

    @Override
    public boolean read(long address, ByteBuffer target) {
        if (missing(address, target.remaining())) {
            return false;
        }
        int length = target.remaining();
        for (long at = address; target.hasRemaining(); ) {
            int part = Math.min(target.remaining(), PIECE - within(at));
            target.put(piece(at).slice(within(at), part));
            at += part;
        }
        reads.read(address, length);
        return true;
    }

    @Override
    public boolean write(long address, ByteBuffer source) {
        if (missing(address, source.remaining())) {
            return false;
        }
        for (long at = address; source.hasRemaining(); ) {
            int part = Math.min(source.remaining(), PIECE - within(at));
            piece(at).slice(within(at), part).put(source.slice().limit(part));
            source.position(source.position() + part);
            at += part;
        }
        return true;
    }

    @Override
    public ByteBuffer slice(long address, int length) {
        boolean whole = contains(address, length) && within(address) + length <= PIECE;
        return whole ? piece(address).slice(within(address), length).order(LITTLE_ENDIAN) : null;
    }

    /** Shows at most {@link #PIECE} bytes at a time, so that a device meets pieces that are not contiguous. */
    @Override
    public Window window() {
        return (address, length) ->
                !missing(address, 1)
                        ? piece(address)
                                .duplicate()
                                .order(LITTLE_ENDIAN)
                                .limit(
                                        within(address)
                                                + (int) Math.min(length, PIECE - within(address)))
                                .position(within(address))
                        : null;
    }

    /** How many loads, stores, reads, writes and windows were asked for where there is no RAM. */
    public long misses() {
        return misses.get();
    }

    private boolean missing(long address, long length) {
        boolean missing = !contains(address, length);
        if (missing) {
            misses.incrementAndGet();
        }
        return missing;
    }

    private ByteBuffer piece(long address) {
        return pieces.computeIfAbsent(
                address / PIECE, number -> ByteBuffer.allocateDirect(PIECE).order(LITTLE_ENDIAN));
    }

    private static int within(long address) {
        return (int) (address % PIECE);
    }
}
