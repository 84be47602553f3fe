package io.trapline.virtioblk;

/** VIRTIO 1.2, §5.2.4: struct virtio_blk_config, one constant a field. */
enum BlockRegister {
    // spotless:off
    //                             offset  width
    CAPACITY                      (0,      8),
    SIZE_MAX                      (8,      4),
    SEG_MAX                       (12,     4),
    CYLINDERS                     (16,     2),
    HEADS                         (18,     1),
    SECTORS                       (19,     1),
    BLK_SIZE                      (20,     4),
    PHYSICAL_BLOCK_EXP            (24,     1),
    ALIGNMENT_OFFSET              (25,     1),
    MIN_IO_SIZE                   (26,     2),
    OPT_IO_SIZE                   (28,     4),
    WRITEBACK                     (32,     1),
    NUM_QUEUES                    (34,     2),
    MAX_DISCARD_SECTORS           (36,     4),
    MAX_DISCARD_SEG               (40,     4),
    DISCARD_SECTOR_ALIGNMENT      (44,     4),
    MAX_WRITE_ZEROES_SECTORS      (48,     4),
    MAX_WRITE_ZEROES_SEG          (52,     4),
    WRITE_ZEROES_MAY_UNMAP        (56,     1),
    MAX_SECURE_ERASE_SECTORS      (60,     4),
    MAX_SECURE_ERASE_SEG          (64,     4),
    SECURE_ERASE_SECTOR_ALIGNMENT (68,     4);
    // spotless:on

    static final int LENGTH = 72;

    final int offset;
    final int width;

    BlockRegister(int offset, int width) {
        this.offset = offset;
        this.width = width;
    }

    // spotless:off
    /** Feature bits, §5.2.3. */
    static final class Feature {
        static final long SIZE_MAX = 1L << 1, SEG_MAX = 1L << 2, GEOMETRY = 1L << 4, RO = 1L << 5, BLK_SIZE = 1L << 6;
        static final long FLUSH = 1L << 9, TOPOLOGY = 1L << 10, CONFIG_WCE = 1L << 11, MQ = 1L << 12;
        static final long DISCARD = 1L << 13, WRITE_ZEROES = 1L << 14, LIFETIME = 1L << 15, SECURE_ERASE = 1L << 16;
    }

    /** Types of requests, §5.2.6. */
    static final class Type {
        static final int IN = 0, OUT = 1, FLUSH = 4, GET_ID = 8, GET_LIFETIME = 10;
        static final int DISCARD = 11, WRITE_ZEROES = 13, SECURE_ERASE = 14;
    }

    /** What a request ends with, §5.2.6. */
    static final class Status {
        static final int OK = 0, IOERR = 1, UNSUPP = 2;
    }
    // spotless:on
}
