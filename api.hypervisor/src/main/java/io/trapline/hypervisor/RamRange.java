package io.trapline.hypervisor;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A contiguous piece of guest RAM, mapped into this process.
 *
 * @param address first guest-physical address
 * @param length bytes
 * @param windows direct buffers that follow each other, little-endian, all but the last of {@link #WINDOW}
 *     bytes: a buffer cannot be longer than 2 GiB
 */
public record RamRange(long address, long length, List<ByteBuffer> windows) {
    /** log2 of {@link #WINDOW}. */
    public static final int WINDOW_SHIFT = 30;

    /** Bytes in each window but the last. */
    public static final long WINDOW = 1L << WINDOW_SHIFT;

    /** Copies the list. */
    public RamRange {
        windows = List.copyOf(windows);
    }
}
