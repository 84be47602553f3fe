package io.trapline.kvm;

import io.trapline.hypervisor.RamRange;
import io.trapline.kvm.Kvm.kvm_userspace_memory_region;
import io.trapline.linux.Block;
import io.trapline.linux.HostMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The guest's memory, laid out as in a PC: conventional memory below 640 KiB, the rest from 1 MiB up to the
 * hole for devices at 3 GiB, what is left from 4 GiB on.
 */
final class GuestRam implements AutoCloseable {
    static final long CONVENTIONAL_END = 0xA0000L;
    static final long EXTENDED = 0x100000L;
    static final long HOLE = 3L << 30;
    static final long HOLE_END = 4L << 30;

    private record Piece(long guest, long host, long length) {}

    private final HostMemory memory;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<RamRange> ranges = new ArrayList<>();

    /**
     * Maps the memory.
     *
     * @param length bytes, as the guest's highest address would be if there were no hole at 3 GiB
     */
    GuestRam(long length) throws IOException {
        memory = HostMemory.anonymous(length);
        memory.cut(CONVENTIONAL_END, EXTENDED - CONVENTIONAL_END);
        add(0, 0, CONVENTIONAL_END);
        add(EXTENDED, EXTENDED, Math.min(length, HOLE) - EXTENDED);
        if (length > HOLE) {
            add(HOLE_END, HOLE, length - HOLE);
        }
    }

    private void add(long guest, long offset, long length) {
        pieces.add(new Piece(guest, memory.address() + offset, length));
        ranges.add(new RamRange(guest, length, memory.windows(offset, length, RamRange.WINDOW)));
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
        memory.close();
    }
}
