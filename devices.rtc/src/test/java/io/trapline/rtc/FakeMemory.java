package io.trapline.rtc;

import io.trapline.device.GuestMemory;
import java.nio.ByteBuffer;

/** RAM of a size, with a hole below 4 GiB, and nothing in it. */
record FakeMemory(long size) implements GuestMemory {
    private static final long FOUR_GIB = 1L << 32;
    static final long HOLE = 3L << 30;

    private long low() {
        return Math.min(size, HOLE);
    }

    @Override
    public boolean contains(long address, long length) {
        return within(address, length, 0, low())
                || within(address, length, FOUR_GIB, FOUR_GIB + size - low());
    }

    private static boolean within(long address, long length, long first, long end) {
        return address >= first && address < end && length >= 0 && length <= end - address;
    }

    @Override
    public long load(long address, int width) {
        throw new AssertionError("a clock does no DMA");
    }

    @Override
    public long loadAcquire(long address, int width) {
        throw new AssertionError("a clock does no DMA");
    }

    @Override
    public boolean store(long address, int width, long value) {
        throw new AssertionError("a clock does no DMA");
    }

    @Override
    public boolean storeRelease(long address, int width, long value) {
        throw new AssertionError("a clock does no DMA");
    }

    @Override
    public boolean read(long address, ByteBuffer target) {
        throw new AssertionError("a clock does no DMA");
    }

    @Override
    public boolean write(long address, ByteBuffer source) {
        throw new AssertionError("a clock does no DMA");
    }

    @Override
    public ByteBuffer slice(long address, int length) {
        throw new AssertionError("a clock does no DMA");
    }
}
