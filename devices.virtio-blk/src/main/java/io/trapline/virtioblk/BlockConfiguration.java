package io.trapline.virtioblk;

import io.trapline.device.Inspector;
import io.trapline.virtioblk.BlockRegister.Feature;
import java.util.Locale;

/** §5.2.3 and §5.2.4: what the device says it is. Under the baton. */
final class BlockConfiguration {
    /** The most pieces of data in one request. */
    static final int PIECES = 1022;

    /** To ask the enum for them allocates. */
    private static final BlockRegister[] REGISTERS = BlockRegister.values();

    private static final long MOST_ALIGNMENT = 1 << 30;

    private final Settings settings;
    private final Image image;
    private final Shape shape;
    boolean writeback = true;

    BlockConfiguration(Settings settings, Image image, Shape shape) {
        this.settings = settings;
        this.image = image;
        this.shape = shape;
    }

    /** SECURE_ERASE is offered only where it can be kept, LIFETIME where it is known. */
    long features() {
        long common =
                Feature.SEG_MAX
                        | Feature.BLK_SIZE
                        | Feature.TOPOLOGY
                        | Feature.FLUSH
                        | Feature.CONFIG_WCE
                        | (image.hasLifetime() ? Feature.LIFETIME : 0)
                        | (settings.sizeMax() != 0 ? Feature.SIZE_MAX : 0)
                        | (settings.queues() > 1 ? Feature.MQ : 0);
        return shape.readOnly()
                ? common | Feature.RO
                : common
                        | Feature.DISCARD
                        | Feature.WRITE_ZEROES
                        | (image.canErase() ? Feature.SECURE_ERASE : 0);
    }

    long read(int offset, int width) {
        long value = 0;
        for (BlockRegister register : REGISTERS) {
            int shift = 8 * (register.offset - offset);
            if (register.offset + register.width > offset && register.offset < offset + width) {
                long field = field(register) & -1L >>> 64 - 8 * register.width;
                value |= shift >= 0 ? field << shift : field >>> -shift;
            }
        }
        return value & -1L >>> 64 - 8 * width;
    }

    private long field(BlockRegister register) {
        int block = settings.blockSize();
        int physical = settings.physicalBlockSize() / block;
        return switch (register) {
            case CAPACITY -> shape.sectors();
            case SIZE_MAX -> settings.sizeMax();
            case SEG_MAX -> Math.min(PIECES, settings.queueSize() - 2);
            case BLK_SIZE -> block;
            case PHYSICAL_BLOCK_EXP -> Integer.numberOfTrailingZeros(physical);
            case MIN_IO_SIZE -> physical;
            case WRITEBACK -> writeback ? 1 : 0;
            case NUM_QUEUES -> settings.queues();
            case MAX_DISCARD_SECTORS, MAX_WRITE_ZEROES_SECTORS -> shape.mostSectors();
            case MAX_DISCARD_SEG, MAX_WRITE_ZEROES_SEG -> settings.mostSegments();
            case MAX_SECURE_ERASE_SECTORS -> image.canErase() ? shape.mostSectors() : 0;
            case MAX_SECURE_ERASE_SEG -> image.canErase() ? settings.mostSegments() : 0;
            case DISCARD_SECTOR_ALIGNMENT -> discardAlignment() / Request.SECTOR;
            case SECURE_ERASE_SECTOR_ALIGNMENT -> block / Request.SECTOR;
            case WRITE_ZEROES_MAY_UNMAP -> 1;
            case CYLINDERS, HEADS, SECTORS, ALIGNMENT_OFFSET, OPT_IO_SIZE -> 0;
        };
    }

    private long discardAlignment() {
        return Math.min(MOST_ALIGNMENT, Math.max(settings.blockSize(), image.discardAlignment()));
    }

    /** §5.2.5: of all fields only writeback is for writing. */
    void write(int offset, int width, long value) {
        BlockRegister cache = BlockRegister.WRITEBACK;
        if (offset <= cache.offset && offset + width > cache.offset) {
            writeback = (value >>> 8 * (cache.offset - offset) & 1) != 0;
        }
    }

    void inspect(Inspector out) {
        for (BlockRegister register : REGISTERS) {
            out.register(register.name().toLowerCase(Locale.ROOT), field(register), register.width);
        }
    }
}
