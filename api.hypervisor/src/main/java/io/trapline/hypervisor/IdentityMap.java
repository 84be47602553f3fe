package io.trapline.hypervisor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Page tables for {@link CpuMode#LONG}: the first 4 GiB one to one, in pages of 2 MiB
 * (Intel SDM volume 3, 4.5). Six pages: a PML4, a page-directory-pointer table, four page directories.
 *
 * <p>They lie in the last 24 KiB of conventional memory, 0x9A000 to 0x9FFFF: flat images are loaded from
 * 0x7C00, 0x10000 or 1 MiB upwards, and would have to be longer than 552 KiB to meet them. One that does is
 * refused.
 */
public final class IdentityMap {
    /** Guest-physical address of the PML4: what goes into CR3. */
    public static final long ADDRESS = 0x9A000;

    private static final int LENGTH = 6 * 0x1000;
    private static final long PRESENT = 1, WRITABLE = 1 << 1, LARGE = 1 << 7;
    private static final long LARGE_PAGE = 2L << 20;

    private IdentityMap() {}

    /**
     * Writes the tables.
     *
     * @param ram the guest's; the first range holds the tables' place
     * @param again whether former tables may be there; else nothing but zeros
     * @throws IOException if something else is there
     */
    public static void write(List<RamRange> ram, boolean again) throws IOException {
        ByteBuffer place = ram.get(0).windows().get(0).slice((int) ADDRESS, LENGTH);
        place.order(ByteOrder.LITTLE_ENDIAN);
        for (int offset = 0; !again && offset < LENGTH; offset += Long.BYTES) {
            if (place.getLong(offset) != 0) {
                throw new IOException(
                        "no room for the page tables of LONG mode at 0x9A000 to 0x9FFFF:"
                                + " the image reaches there; load it at 1 MiB or above");
            }
        }
        place.put(tables());
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
