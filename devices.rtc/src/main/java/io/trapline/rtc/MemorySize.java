package io.trapline.rtc;

import io.trapline.device.GuestMemory;

/**
 * The bytes in which a PC's firmware leaves how much RAM there is, little-endian: IBM PC/AT Technical Reference,
 * CMOS RAM, for 0x15 to 0x18, 0x30 and 0x31; the others are a custom of virtual
 * machines, which SeaBIOS reads. Between 640 KiB and 1 MiB a machine has RAM or not: nobody is told.
 */
final class MemorySize {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;
    private static final long UNIT = 64 * KIB;
    private static final long FOUR_GIB = 1L << 32;
    private static final long BASE_LIMIT = 640;

    private MemorySize() {}

    static void put(GuestMemory memory, byte[] ram) {
        long base = extent(memory, 0, MIB);
        long above1 = extent(memory, MIB, FOUR_GIB - MIB);
        long above16 = Math.max(above1 - 15 * MIB, 0);
        long high = extent(memory, FOUR_GIB, memory.size());
        // spotless:off
        put(ram, 0x15, 2, Math.min(base / KIB, BASE_LIMIT));          // base memory, KiB
        put(ram, 0x17, 2, above1 / KIB);                              // from 1 MiB on, KiB: as set up
        put(ram, 0x30, 2, above1 / KIB);                              // the same: as found
        put(ram, 0x34, 2, above16 / UNIT);                            // from 16 MiB to 4 GiB, 64 KiB
        put(ram, 0x5B, 3, high / UNIT);                               // from 4 GiB on, 64 KiB
        // spotless:on
    }

    /** Bytes of RAM in one piece from an address on, in whole KiB. */
    private static long extent(GuestMemory memory, long from, long limit) {
        long known = 0;
        long beyond = limit / KIB + 1;
        if (!memory.contains(from, 0)) {
            return 0;
        }
        while (beyond - known > 1) {
            long middle = known + (beyond - known) / 2;
            if (memory.contains(from, middle * KIB)) {
                known = middle;
            } else {
                beyond = middle;
            }
        }
        return known * KIB;
    }

    /** What does not fit is as much as fits. */
    private static void put(byte[] ram, int index, int bytes, long value) {
        long fitting = Math.min(value, (1L << 8 * bytes) - 1);
        for (int i = 0; i < bytes; i++) {
            ram[index + i] = (byte) (fitting >>> 8 * i);
        }
    }
}
