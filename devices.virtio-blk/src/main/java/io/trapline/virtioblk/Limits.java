package io.trapline.virtioblk;

/**
 * How much a disk may do. 0 is no limit, and for a burst a second's worth.
 *
 * @param operations a second
 * @param operationsBurst at once, after a pause
 * @param bytes a second
 * @param bytesBurst at once, after a pause
 */
record Limits(long operations, long operationsBurst, long bytes, long bytesBurst) {
    static final Limits NONE = new Limits(0, 0, 0, 0);

    private static final long MOST = 1L << 33;

    /** Refuses what makes no sense, naming what would. */
    Limits {
        require("iops", operations);
        require("iopsburst", operationsBurst);
        require("bps", bytes);
        require("bpsburst", bytesBurst);
    }

    private static void require(String key, long value) {
        if (value < 0 || value > MOST) {
            throw new IllegalArgumentException(
                    key + "=" + value + ", wanted 0 (no limit) to " + MOST);
        }
    }
}
