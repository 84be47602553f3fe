package io.trapline.device;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The guest's RAM, little-endian, bounds-checked. Addresses come from the guest, so a bad one is an answer
 * ({@code false}, {@code null}, all-ones), never an exception. From any thread; the guest writes to it at
 * the same time, so read a value once and check what was read.
 */
@ProviderType
public interface GuestMemory {
    /** Bytes of RAM in all. */
    long size();

    /**
     * Whether a range is RAM throughout (it may cross from one piece of RAM to the next).
     *
     * @param address first guest-physical address
     * @param length bytes; 0 is contained where the address is
     */
    boolean contains(long address, long length);

    /**
     * Loads a value.
     *
     * @param address guest-physical; 2, 4 and 8 bytes need not be aligned
     * @param width 1, 2, 4 or 8 bytes
     * @return zero-extended; all-ones cut to the width where there is no RAM (see {@link #contains})
     */
    long load(long address, int width);

    /**
     * Loads a value; nothing after it in program order is done before it.
     *
     * @param address guest-physical, aligned to the width
     * @param width 2, 4 or 8 bytes
     * @return as {@link #load}
     */
    long loadAcquire(long address, int width);

    /**
     * Stores a value.
     *
     * @param address guest-physical
     * @param width 1, 2, 4 or 8 bytes
     * @param value its low bytes are stored
     * @return false where there is no RAM: nothing is then stored
     */
    boolean store(long address, int width, long value);

    /**
     * Stores a value once everything before it in program order is done.
     *
     * @param address guest-physical, aligned to the width
     * @param width 2, 4 or 8 bytes
     * @param value its low bytes are stored
     * @return false where there is no RAM
     */
    boolean storeRelease(long address, int width, long value);

    /**
     * Copies from RAM into what remains of a buffer.
     *
     * @param address guest-physical
     * @param target filled to its limit
     * @return false, nothing copied, if any of it is not RAM
     */
    boolean read(long address, ByteBuffer target);

    /**
     * Copies what remains of a buffer into RAM.
     *
     * @param address guest-physical
     * @param source drained to its limit
     * @return false, nothing copied, if any of it is not RAM
     */
    boolean write(long address, ByteBuffer source);

    /**
     * A view of a contiguous piece of RAM, for I/O without a copy. Allocates; invalid once the machine is gone.
     *
     * @param address guest-physical
     * @param length bytes
     * @return position 0, limit {@code length}, little-endian; null if it is not RAM or not contiguous here
     */
    ByteBuffer slice(long address, int length);

    /** A new way to reach RAM without a copy and, once made, without allocating; invalid once the machine is gone. */
    Window window();

    /** Shows one piece of RAM after the other. By one thread at a time, any. */
    @ProviderType
    interface Window {
        /**
         * A piece of RAM, for I/O without a copy.
         *
         * @param address guest-physical
         * @param length bytes wanted, at least 1
         * @return little-endian; from its position to its limit it is RAM from that address on, as much of what is
         *     wanted as is contiguous here, at least one byte; the same object again and again, so use it before
         *     the next call; null if there is no RAM
         */
        ByteBuffer at(long address, long length);
    }
}
