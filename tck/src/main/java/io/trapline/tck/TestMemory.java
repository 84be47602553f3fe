package io.trapline.tck;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trapline.device.GuestMemory;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

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

    private final ConcurrentMap<Long, ByteBuffer> pieces = new ConcurrentHashMap<>();
    private final long size;
    private final long low;

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
        if (!contains(address, width)) {
            return Widths.cut(-1, width);
        }
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << 8 | piece(address + i).get(within(address + i)) & 0xFF;
        }
        return value;
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
        if (!contains(address, width)) {
            return false;
        }
        for (int i = 0; i < width; i++) {
            piece(address + i).put(within(address + i), (byte) (value >>> 8 * i));
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
        if (!contains(address, target.remaining())) {
            return false;
        }
        for (long at = address; target.hasRemaining(); at++) {
            target.put(piece(at).get(within(at)));
        }
        return true;
    }

    @Override
    public boolean write(long address, ByteBuffer source) {
        if (!contains(address, source.remaining())) {
            return false;
        }
        for (long at = address; source.hasRemaining(); at++) {
            piece(at).put(within(at), source.get());
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
                contains(address, 1)
                        ? piece(address)
                                .duplicate()
                                .order(LITTLE_ENDIAN)
                                .limit(
                                        within(address)
                                                + (int) Math.min(length, PIECE - within(address)))
                                .position(within(address))
                        : null;
    }

    private ByteBuffer piece(long address) {
        return pieces.computeIfAbsent(address / PIECE, number -> ByteBuffer.allocateDirect(PIECE));
    }

    private static int within(long address) {
        return (int) (address % PIECE);
    }
}
