package io.trapline.kvm;

import com.sun.jna.Pointer;
import io.trapline.hypervisor.RamRange;
import io.trapline.kvm.Kvm.kvm_userspace_memory_region;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The guest's memory, laid out as in a PC: conventional memory below 640 KiB, the rest from 1 MiB up to the
 * hole for devices at 3 GiB, what is left from 4 GiB on.
 *
 * <p>One mapping holds it all, with no swap reserved and no page behind it before it is touched, and aligned so
 * that the kernel can use huge pages. {@link #close} gives every page back at once; the addresses stay mapped,
 * as empty memory, until the last buffer on them is garbage, so that a device that is late reads zeros instead
 * of ending the process.
 */
final class GuestRam implements AutoCloseable {
    static final long CONVENTIONAL_END = 0xA0000L;
    static final long EXTENDED = 0x100000L;
    static final long HOLE = 3L << 30;
    static final long HOLE_END = 4L << 30;

    private static final long HUGE_PAGE = 2L << 20;
    private static final int READ_WRITE = Libc.PROT_READ | Libc.PROT_WRITE;
    private static final int FLAGS = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE;
    private static final Cleaner CLEANER = Cleaner.create();

    private record Piece(long guest, long host, long length) {}

    private final List<Piece> pieces = new ArrayList<>();
    private final List<RamRange> ranges = new ArrayList<>();

    /**
     * Maps the memory.
     *
     * @param length bytes, as the guest's highest address would be if there were no hole at 3 GiB
     */
    GuestRam(long length) throws IOException {
        long mapping = Libc.mmap(0, length + HUGE_PAGE, READ_WRITE, FLAGS, -1, 0);
        Libc.check(mapping == -1 ? -1 : 0, "mmap of " + length + " bytes of guest memory");
        long base = (mapping + HUGE_PAGE - 1) & -HUGE_PAGE;
        Libc.madvise(base, length, Libc.MADV_HUGEPAGE);
        unmap(mapping, base - mapping);
        unmap(base + length, mapping + HUGE_PAGE - base);
        unmap(base + CONVENTIONAL_END, EXTENDED - CONVENTIONAL_END);

        add(0, base, CONVENTIONAL_END);
        add(EXTENDED, base + EXTENDED, Math.min(length, HOLE) - EXTENDED);
        if (length > HOLE) {
            add(HOLE_END, base + HOLE, length - HOLE);
        }
    }

    /** What is where, in ascending order. */
    List<RamRange> ranges() {
        return List.copyOf(ranges);
    }

    /** Tells KVM. */
    void register(int vm) throws IOException {
        Block region = new Block(kvm_userspace_memory_region.SIZEOF);
        for (int slot = 0; slot < pieces.size(); slot++) {
            Piece piece = pieces.get(slot);
            region.bytes.putInt(kvm_userspace_memory_region.slot, slot);
            region.bytes.putLong(kvm_userspace_memory_region.guest_phys_addr, piece.guest);
            region.bytes.putLong(kvm_userspace_memory_region.memory_size, piece.length);
            region.bytes.putLong(kvm_userspace_memory_region.userspace_addr, piece.host);
            region.ioctl(vm, Kvm.KVM_SET_USER_MEMORY_REGION, "KVM_SET_USER_MEMORY_REGION");
        }
    }

    /** Copies to guest memory that is there; both ends within one range and one window. */
    void write(long address, ByteBuffer source) {
        ByteBuffer window = window(address);
        window.put(window.position(), source, source.position(), source.remaining());
    }

    /** The rest of the window from an address on; null where there is no memory. */
    ByteBuffer window(long address) {
        for (RamRange range : ranges) {
            long offset = address - range.address();
            if (offset >= 0 && offset < range.length()) {
                ByteBuffer window = range.windows().get((int) (offset >>> RamRange.WINDOW_SHIFT));
                return window.duplicate()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .position((int) (offset & (RamRange.WINDOW - 1)));
            }
        }
        return null;
    }

    /** Gives the pages back. */
    @Override
    public void close() {
        for (Piece piece : pieces) {
            Libc.mmap(piece.host, piece.length, READ_WRITE, FLAGS | Libc.MAP_FIXED, -1, 0);
        }
    }

    private void add(long guest, long host, long length) {
        List<ByteBuffer> windows = new ArrayList<>();
        for (long offset = 0; offset < length; offset += RamRange.WINDOW) {
            long start = host + offset;
            long size = Math.min(RamRange.WINDOW, length - offset);
            ByteBuffer window = new Pointer(start).getByteBuffer(0, size);
            windows.add(window.order(ByteOrder.LITTLE_ENDIAN));
            CLEANER.register(window, () -> unmap(start, size));
        }
        pieces.add(new Piece(guest, host, length));
        ranges.add(new RamRange(guest, length, windows));
    }

    private static void unmap(long address, long length) {
        if (length > 0) {
            Libc.munmap(address, length);
        }
    }
}
