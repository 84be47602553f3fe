package io.trapline.linux;

import com.sun.jna.Pointer;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory of this process that becomes a guest's: one mapping, aligned so that the kernel can use huge pages for
 * it and none of them reaches beyond its end.
 *
 * <p>{@link #close} gives every page back at once. The addresses stay mapped, as empty memory, until the last
 * buffer on them is garbage: a device that is late reads zeros instead of ending the process.
 */
public final class HostMemory implements AutoCloseable {
    private static final long MIB = 1L << 20;
    private static final int READ_WRITE = Libc.PROT_READ | Libc.PROT_WRITE;
    private static final int EMPTY = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE;
    private static final Cleaner CLEANER = Cleaner.create();

    /** The pages behind a memfd. */
    public enum Pages {
        /** 4 KiB, or what the kernel makes of them. */
        SMALL(2 * MIB, 0),
        /** From the host's pool of 2 MiB pages. */
        HUGE_2M(2 * MIB, Libc.MFD_HUGETLB | Libc.MFD_HUGE_2MB),
        /** From the host's pool of 1 GiB pages. */
        HUGE_1G(1024 * MIB, Libc.MFD_HUGETLB | Libc.MFD_HUGE_1GB);

        private final long alignment;
        private final int flags;

        Pages(long alignment, int flags) {
            this.alignment = alignment;
            this.flags = flags;
        }

        /** Bytes to which address and length are aligned. */
        public long alignment() {
            return alignment;
        }
    }

    /** A buffer and where it is: kept until {@link #close}, so that its memory is not unmapped before. */
    private record Piece(long start, long size, ByteBuffer window) {}

    private final long address;
    private final long length;
    private final List<Piece> pieces = new ArrayList<>(); // guarded by this

    private HostMemory(long address, long length) {
        this.address = address;
        this.length = length;
    }

    /**
     * Private memory, with no swap reserved and no page behind it before it is touched.
     *
     * @param length bytes, whole pages
     * @throws IOException if the host refuses
     */
    public static HostMemory anonymous(long length) throws IOException {
        long address = reserve(length, Pages.SMALL.alignment, READ_WRITE);
        Libc.madvise(address, length, Libc.MADV_HUGEPAGE);
        return new HostMemory(address, length);
    }

    /**
     * Memory that can be shared with another process, and pinned by the kernel.
     *
     * @param name seen in the process's map of memory
     * @param length bytes, a multiple of the pages' alignment
     * @param pages what is behind it; huge ones are taken from the pool now, so that a guest never meets a lack
     * @throws IOException if the host refuses, or has too few huge pages
     */
    public static HostMemory memfd(String name, long length, Pages pages) throws IOException {
        Block text = Block.of(name);
        int fd =
                Libc.check(
                        Libc.memfd_create(text.address(), Libc.MFD_CLOEXEC | pages.flags),
                        "memfd_create of " + pages);
        try {
            Libc.check(Libc.ftruncate(fd, length), "ftruncate of " + length + " bytes");
            long address = reserve(length, pages.alignment, Libc.PROT_NONE);
            int how = Libc.MAP_SHARED | Libc.MAP_FIXED;
            int populate = pages == Pages.SMALL ? 0 : Libc.MAP_POPULATE;
            if (Libc.mmap(address, length, READ_WRITE, how | populate, fd, 0) != address) {
                String call = "mmap of " + length + " bytes of " + pages;
                try {
                    Libc.check(-1, call);
                } finally {
                    Libc.munmap(address, length);
                }
            }
            if (pages == Pages.SMALL) {
                Libc.madvise(address, length, Libc.MADV_HUGEPAGE);
            }
            return new HostMemory(address, length);
        } finally {
            Libc.close(fd);
        }
    }

    private static long reserve(long length, long alignment, int access) throws IOException {
        long mapped = Libc.mmap(0, length + alignment, access, EMPTY, -1, 0);
        Libc.check(mapped == -1 ? -1 : 0, "mmap of " + length + " bytes");
        long base = (mapped + alignment - 1) & -alignment;
        unmap(mapped, base - mapped);
        unmap(base + length, mapped + alignment - base);
        return base;
    }

    /** Its first byte's address in this process. */
    public long address() {
        return address;
    }

    /** Bytes. */
    public long length() {
        return length;
    }

    /** Takes a piece out of the mapping that no buffer is on. */
    public void cut(long offset, long bytes) {
        unmap(address + offset, bytes);
    }

    /**
     * Buffers on a piece of it, one after the other, little-endian. The piece is unmapped when the last of them
     * is garbage; no other buffer may be on it.
     *
     * @param offset of its first byte
     * @param bytes of the piece
     * @param each bytes of each buffer but the last: less than 2 GiB
     */
    public synchronized List<ByteBuffer> windows(long offset, long bytes, long each) {
        List<ByteBuffer> windows = new ArrayList<>();
        for (long at = offset; at < offset + bytes; at += each) {
            long start = address + at;
            long size = Math.min(each, offset + bytes - at);
            ByteBuffer window = new Pointer(start).getByteBuffer(0, size);
            windows.add(window.order(ByteOrder.LITTLE_ENDIAN));
            pieces.add(new Piece(start, size, window));
            CLEANER.register(window, () -> unmap(start, size));
        }
        return windows;
    }

    /**
     * Gives the pages back of all pieces that have buffers, which read as zeros from now on; nothing the second
     * time.
     */
    @Override
    public synchronized void close() {
        for (Piece piece : pieces) {
            Libc.mmap(piece.start, piece.size, READ_WRITE, EMPTY | Libc.MAP_FIXED, -1, 0);
        }
        pieces.clear();
    }

    private static void unmap(long address, long length) {
        if (length > 0) {
            Libc.munmap(address, length);
        }
    }
}
