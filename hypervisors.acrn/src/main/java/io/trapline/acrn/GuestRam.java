package io.trapline.acrn;

import io.trapline.acrn.Hsm.acrn_vm_memmap;
import io.trapline.hypervisor.RamRange;
import io.trapline.linux.Block;
import io.trapline.linux.HostMemory;
import io.trapline.linux.HostMemory.Pages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The guest's memory, laid out as acrn-dm does: from 0 up to the hole for devices at 2 GiB, what is left from
 * 4 GiB on. A memfd, so that the driver can pin it; aligned to 2 MiB in every piece, since the driver maps a
 * transparent huge page as a whole, beyond the end of a segment that cuts it.
 */
final class GuestRam implements AutoCloseable {
    /** First address of the devices' hole, and of the memory above it. */
    static final long HOLE = 2L << 30, HOLE_END = 4L << 30;

    private static final long MIB = 1L << 20;

    /** Segments that the driver has room for ({@code ACRN_MEM_MAPPING_MAX}). */
    private static final long SEGMENTS = 256;

    /** Of 4 KiB pages: the driver wants a contiguous 40 bytes a page, and the kernel has 4 MiB at most. */
    private static final long SMALL_SEGMENT = 64 * MIB;

    private static final long LARGE_SEGMENT = 1024 * MIB;

    private final Pages pages;
    private final HostMemory memory;
    private final List<RamRange> ranges = new ArrayList<>();

    /**
     * Maps it into this process.
     *
     * @param name for the memfd
     * @param length bytes
     * @param pages what is behind it
     * @param hole where low memory ends, at most
     */
    GuestRam(String name, long length, Pages pages, long hole) throws IOException {
        if (length % pages.alignment() != 0) {
            throw new IOException(
                    "memory=%d MiB is no multiple of hugepages=%d MiB"
                            .formatted(length / MIB, pages.alignment() / MIB));
        }
        long most = SEGMENTS * segment(pages);
        if (length > most) {
            throw new IOException(
                    "memory=%d MiB, the driver maps at most %d MiB of such pages; set hugepages"
                            .formatted(length / MIB, most / MIB));
        }
        this.pages = pages;
        memory = memfd("trapline-" + name, length, pages);
        add(0, 0, Math.min(length, hole));
        if (length > hole) {
            add(HOLE_END, hole, length - hole);
        }
    }

    private static HostMemory memfd(String name, long length, Pages pages) throws IOException {
        try {
            return HostMemory.memfd(name, length, pages);
        } catch (IOException e) {
            throw pages == Pages.SMALL
                    ? e
                    : new IOException(
                            e.getMessage() + "; " + new HugePages(pages.alignment()).advice(length),
                            e);
        }
    }

    private static long segment(Pages pages) {
        return pages == Pages.SMALL ? SMALL_SEGMENT : LARGE_SEGMENT;
    }

    private void add(long guest, long offset, long length) {
        ranges.add(new RamRange(guest, length, memory.windows(offset, length, RamRange.WINDOW)));
    }

    /** What is where, in ascending order. */
    List<RamRange> ranges() {
        return List.copyOf(ranges);
    }

    /** Gives it to the guest; the driver pins every page. */
    void map(HsmFile file) throws IOException {
        Block segment = new Block(acrn_vm_memmap.SIZEOF);
        segment.bytes.putInt(acrn_vm_memmap.type, Hsm.ACRN_MEMMAP_RAM);
        segment.bytes.putInt(acrn_vm_memmap.attr, Hsm.ACRN_MEM_ACCESS_RWX);
        long host = memory.address();
        for (RamRange range : ranges) {
            long end = range.address() + range.length();
            long each = segment(pages);
            for (long guest = range.address(); guest < end; guest += each) {
                long length = Math.min(each, end - guest);
                segment.bytes.putLong(acrn_vm_memmap.user_vm_pa, guest);
                segment.bytes.putLong(acrn_vm_memmap.vma_base, host);
                segment.bytes.putLong(acrn_vm_memmap.len, length);
                file.call(
                        Ioctl.SET_MEMSEG,
                        segment,
                        "RAM at 0x%x, 0x%x bytes".formatted(guest, length));
                host += length;
            }
        }
    }

    /** Gives the pages back. */
    @Override
    public void close() {
        memory.close();
    }
}
