package io.trapline.virtioblk;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How a block device is to be.
 *
 * @param queues 1 to 16
 * @param queueSize a power of two
 * @param depth how many requests are performed at a time, at most
 * @param readOnly whether it is for reading only, whatever its image is
 * @param blockSize logical block, bytes: a power of two from 512
 * @param physicalBlockSize not less than that
 * @param sizeMax bytes of one piece of a request, at most; 0: no limit
 * @param serial what GET_ID gives, at most 20 bytes
 */
record Settings(
        int queues,
        int queueSize,
        int depth,
        boolean readOnly,
        int blockSize,
        int physicalBlockSize,
        int sizeMax,
        String serial) {
    private static final int MOST_SEGMENTS = 32;
    private static final long MOST_SECTORS = 0x3F_FFFF; // 2 GiB less a sector

    /** As most are. */
    static final Settings USUAL = new Settings(1, 256, 128, false, 512, 512, 0, "");

    /** Refuses what makes no sense, naming what would. */
    Settings {
        require(queues >= 1 && queues <= 16, "queues", queues, "1 to 16");
        require(
                queueSize >= 4 && queueSize <= 32768 && Integer.bitCount(queueSize) == 1,
                "queuesize",
                queueSize,
                "a power of two from 4 to 32768");
        require(depth >= 1 && depth <= 1024, "depth", depth, "1 to 1024");
        require(
                powerOfTwo(blockSize, 512),
                "blocksize",
                blockSize,
                "a power of two from 512 to 65536");
        require(
                powerOfTwo(physicalBlockSize, blockSize),
                "physicalblocksize",
                physicalBlockSize,
                "a power of two from blocksize to 65536");
        require(sizeMax == 0 || sizeMax >= 512, "sizemax", sizeMax, "0, or 512 and more");
        if (serial.getBytes(StandardCharsets.UTF_8).length > Request.ID_LENGTH) {
            throw new IllegalArgumentException(
                    "serial=" + serial + ", wanted at most " + Request.ID_LENGTH + " bytes");
        }
    }

    private static boolean powerOfTwo(int value, int least) {
        return value >= least && value <= 65536 && Integer.bitCount(value) == 1;
    }

    private static void require(boolean right, String key, int value, String wanted) {
        if (!right) {
            throw new IllegalArgumentException(key + "=" + value + ", wanted " + wanted);
        }
    }

    byte[] serialBytes() {
        return Arrays.copyOf(serial.getBytes(StandardCharsets.UTF_8), Request.ID_LENGTH);
    }

    int mostSegments() {
        return MOST_SEGMENTS;
    }

    long mostSectors() {
        return MOST_SECTORS;
    }
}
