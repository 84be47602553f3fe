package io.trapline.oracle;

import java.util.function.Consumer;

/** What both sides have, and what of their registers can be compared. */
final class DiskFeatures {
    static final long CONFIG_WCE = 1L << 11;
    static final long MQ = 1L << 12;
    static final long DISCARD = 1L << 13;
    static final long WRITE_ZEROES = 1L << 14;

    /** Where the fields end that both have. */
    static final int END = 57;

    private static final long FLUSH = 1L << 9;
    private static final long CACHE = CONFIG_WCE | FLUSH;
    private static final long INDIRECT = 1L << 28;
    private static final long EVENT_IDX = 1L << 29;
    private static final long PACKED = 1L << 34;
    private static final long RING_RESET = 1L << 40;
    private static final long USUAL =
            1L << 2 | 1L << 6 | 1L << 9 | 1L << 10 | CONFIG_WCE | 1L << 32;

    private DiskFeatures() {}

    /** All that both must offer. */
    static long common(Disk disk) {
        long all = USUAL | EVENT_IDX | INDIRECT;
        all |= disk.readOnly() ? 1L << 5 : DISCARD | WRITE_ZEROES;
        all |= disk.queues > 1 ? MQ : 0;
        all |= disk.packed ? PACKED : 0;
        all |= disk.pci() ? RING_RESET : 0;
        if (disk == Disk.READ_ONLY) {
            all &= ~EVENT_IDX;
        }
        return disk == Disk.MMIO_PACKED ? all & ~INDIRECT : all;
    }

    static boolean packed(long features) {
        return (features & PACKED) != 0;
    }

    static boolean eventIdx(long features) {
        return (features & EVENT_IDX) != 0;
    }

    static boolean indirect(long features) {
        return (features & INDIRECT) != 0;
    }

    static boolean ringReset(long features) {
        return (features & RING_RESET) != 0;
    }

    static boolean flush(long features) {
        return (features & FLUSH) != 0;
    }

    static int queues(Disk disk, long features) {
        return (features & MQ) != 0 ? disk.queues : 1;
    }

    /** Whether a byte of the configuration can be compared. */
    static boolean field(
            Disk disk, long features, boolean live, int offset, Consumer<Exclusion> excused) {
        boolean geometry = offset >= 16 && offset < 20;
        boolean cache = offset == 32 && live && (features & CACHE) != CACHE;
        boolean discard = disk.readOnly() && offset >= 36;
        if (geometry || cache || discard) {
            excused.accept(Exclusion.DISK_FIELDS_NOT_OFFERED);
            return false;
        }
        if (offset >= 40 && offset < 48 || offset >= 52 && offset < 56) {
            excused.accept(Exclusion.DISK_SEGMENTS);
            return false;
        }
        return true;
    }

    /** Where the capabilities begin is the device's affair, and where the line ends the firmware's. */
    static boolean hidden(int register, boolean firmware) {
        return register == 0x34 || register == 0x3C && !firmware;
    }
}
