package io.trapline.kvm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Page tables for {@link io.trapline.hypervisor.CpuMode#LONG}: the first 4 GiB one to one, in pages of 2 MiB
 * (Intel SDM volume 3, 4.5). Six pages: a PML4, a page-directory-pointer table, four page directories.
 *
 * <p>They lie in the last 24 KiB of conventional memory, 0x9A000 to 0x9FFFF: flat images are loaded from
 * 0x7C00, 0x10000 or 1 MiB upwards, and would have to be longer than 552 KiB to meet them. One that does is
 * refused.
 */
final class IdentityMap {
    static final long ADDRESS = GuestRam.CONVENTIONAL_END - 6 * 0x1000;

    private static final int LENGTH = 6 * 0x1000;
    private static final long PRESENT = 1, WRITABLE = 1 << 1, LARGE = 1 << 7;
    private static final long LARGE_PAGE = 2L << 20;

    private IdentityMap() {}

    /** Writes the tables where nothing but zeros, or a former guest's tables, may be. */
    static void write(GuestRam ram, boolean again) throws IOException {
        ByteBuffer place = ram.window(ADDRESS);
        for (int offset = 0; !again && offset < LENGTH; offset += Long.BYTES) {
            if (place.getLong(place.position() + offset) != 0) {
                throw new IOException(
                        "no room for the page tables of LONG mode at 0x9A000 to 0x9FFFF:"
                                + " the image reaches there; load it at 1 MiB or above");
            }
        }
        ram.write(ADDRESS, tables());
    }

    private static ByteBuffer tables() {
        ByteBuffer tables = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        tables.putLong(0, ADDRESS + 0x1000 | PRESENT | WRITABLE);
        for (int gib = 0; gib < 4; gib++) {
            long directory = ADDRESS + 0x2000 + gib * 0x1000L;
            tables.putLong(0x1000 + gib * Long.BYTES, directory | PRESENT | WRITABLE);
        }
        for (int page = 0; page < 4 * 512; page++) {
            tables.putLong(
                    0x2000 + page * Long.BYTES, page * LARGE_PAGE | PRESENT | WRITABLE | LARGE);
        }
        return tables;
    }
}
