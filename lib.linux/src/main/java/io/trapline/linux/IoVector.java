package io.trapline.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.trapline.linux.Libc.iovec;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Pieces of memory that are read or written in one call, {@code struct iovec}; what has been transferred is taken off
 * their front. By one thread at a time. Used again and again, it allocates only when it grows.
 */
public final class IoVector {
    private static final int FEW = 8;

    private Block entries = new Block(FEW * iovec.SIZEOF);
    private ByteBuffer[] owners = new ByteBuffer[FEW]; // keep the memory where it is
    private int first;
    private int end;
    private long length;
    private final ByteBuffer[] known = new ByteBuffer[FEW]; // whose addresses are known
    private final long[] bases = new long[FEW];
    private int oldest;

    /** No piece at all. */
    public IoVector() {}

    /** Forgets all pieces. */
    public IoVector clear() {
        Arrays.fill(owners, 0, end, null);
        first = 0;
        end = 0;
        length = 0;
        return this;
    }

    /**
     * Adds what remains of a buffer, which is left as it is.
     *
     * @param memory a direct buffer; its memory must stay what it is until the transfer is over
     * @throws IllegalArgumentException if it is not direct
     */
    public void add(ByteBuffer memory) {
        if (!memory.isDirect()) {
            throw new IllegalArgumentException("memory on the heap, wanted a direct buffer");
        }
        if (memory.hasRemaining()) {
            append(memory, base(memory) + memory.position(), memory.remaining());
        }
    }

    /** To ask for an address allocates; the same few buffers come again and again. */
    private long base(ByteBuffer memory) {
        for (int i = 0; i < FEW; i++) {
            if (known[i] == memory) {
                return bases[i];
            }
        }
        oldest = (oldest + 1) % FEW;
        known[oldest] = memory;
        bases[oldest] = Pointer.nativeValue(Native.getDirectBufferPointer(memory));
        return bases[oldest];
    }

    /** Next to the piece before, it is a part of that. */
    private void append(ByteBuffer owner, long address, long bytes) {
        length += bytes;
        if (end > first
                && owners[end - 1] == owner
                && address(end - 1) + bytes(end - 1) == address) {
            set(end - 1, address(end - 1), bytes(end - 1) + bytes);
            return;
        }
        if (end == owners.length) {
            grow();
        }
        owners[end] = owner;
        set(end, address, bytes);
        end++;
    }

    private void grow() {
        Block larger = new Block(2 * owners.length * iovec.SIZEOF);
        larger.bytes.put(0, entries.bytes, 0, owners.length * iovec.SIZEOF);
        entries = larger;
        owners = Arrays.copyOf(owners, 2 * owners.length);
    }

    private void set(int index, long address, long bytes) {
        entries.bytes.putLong(index * iovec.SIZEOF + iovec.iov_base, address);
        entries.bytes.putLong(index * iovec.SIZEOF + iovec.iov_len, bytes);
    }

    private long address(int index) {
        return entries.bytes.getLong(index * iovec.SIZEOF + iovec.iov_base);
    }

    private long bytes(int index) {
        return entries.bytes.getLong(index * iovec.SIZEOF + iovec.iov_len);
    }

    /** Bytes that are left of all pieces. */
    public long length() {
        return length;
    }

    /** Number of pieces that are left. */
    public int count() {
        return end - first;
    }

    /** Whether every piece begins at, and is as long as, a multiple of a power of two. */
    public boolean isAligned(int alignment) {
        long bits = 0;
        for (int i = first; i < end; i++) {
            bits |= address(i) | bytes(i);
        }
        return (bits & alignment - 1) == 0;
    }

    /** Takes bytes off the front. */
    public void skip(long bytes) {
        require(bytes);
        length -= bytes;
        long left = bytes;
        while (left > 0 && left >= bytes(first)) {
            left -= bytes(first);
            first++;
        }
        if (left > 0) {
            set(first, address(first) + left, bytes(first) - left);
        }
    }

    /** Moves bytes from the front of this to the end of another one. */
    public void moveTo(IoVector other, long bytes) {
        require(bytes);
        long left = bytes;
        for (int i = first; left > 0; i++) {
            long part = Math.min(left, bytes(i));
            other.append(owners[i], address(i), part);
            left -= part;
        }
        skip(bytes);
    }

    /** Writes zeroes into the front, and takes it off. */
    public void zero(long bytes) {
        require(bytes);
        long left = bytes;
        for (int i = first; left > 0; i++) {
            long part = Math.min(left, bytes(i));
            Libc.memset(address(i), 0, part);
            left -= part;
        }
        skip(bytes);
    }

    /** Copies what remains of a direct buffer into the front, and takes that off; the buffer is left as it is. */
    public void put(ByteBuffer source) {
        copy(source, true);
    }

    /** Fills what remains of a direct buffer from the front, and takes that off; the buffer is left as it is. */
    public void get(ByteBuffer target) {
        copy(target, false);
    }

    private void copy(ByteBuffer buffer, boolean in) {
        require(buffer.remaining());
        long other = base(buffer) + buffer.position();
        long left = buffer.remaining();
        for (int i = first; left > 0; i++) {
            long part = Math.min(left, bytes(i));
            Libc.memcpy(in ? address(i) : other, in ? other : address(i), part);
            other += part;
            left -= part;
        }
        Reference.reachabilityFence(buffer);
        skip(buffer.remaining());
    }

    private void require(long bytes) {
        if (bytes < 0 || bytes > length) {
            throw new IndexOutOfBoundsException(bytes + " bytes of " + length);
        }
    }

    private int batch() {
        return Math.min(end - first, Libc.IOV_MAX);
    }

    /** One call that fills them from a file: how many bytes, which stay at the front, or an errno negated. */
    long read(int fd, long position, int flags) {
        try {
            return DirectCall.read(fd, entries, first, batch(), position, flags);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** One call that writes them to a file. */
    long write(int fd, long position) {
        try {
            return DirectCall.write(fd, entries, first, batch(), position);
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
