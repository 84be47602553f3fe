package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.virtio.Played;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** VIRTIO 1.2, §5.2.4: struct virtio_blk_config, field by field, of two disks. */
class BlockRegistersTest {
    private final NumberedImage image = new NumberedImage();

    private Played large() throws IOException {
        image.erases = true;
        image.alignment = 1 << 16;
        return played(new Settings(4, 64, 8, false, 4096, 16384, 65536, ""));
    }

    private Played played(Settings settings) throws IOException {
        return Played.of(true, new BlockDevice(settings, image, Runnable::run, () -> 0));
    }

    // spotless:off
    @ParameterizedTest(name = "§5.2.4: {0} at {1}, {2} bytes: {3}, or {4}")
    @CsvSource({
        //                       offset  width  usual       with all there is
        "capacity,                      0,  8,  2048,       2048",
        "size_max,                      8,  4,  0,          65536",
        "seg_max,                      12,  4,  254,        62",
        "cylinders,                    16,  2,  0,          0",
        "heads,                        18,  1,  0,          0",
        "sectors,                      19,  1,  0,          0",
        "blk_size,                     20,  4,  512,        4096",
        "physical_block_exp,           24,  1,  0,          2",
        "alignment_offset,             25,  1,  0,          0",
        "min_io_size,                  26,  2,  1,          4",
        "opt_io_size,                  28,  4,  0,          0",
        "writeback,                    32,  1,  1,          1",
        "unused0,                      33,  1,  0,          0",
        "num_queues,                   34,  2,  1,          4",
        "max_discard_sectors,          36,  4,  0x3FFFFF,   0x3FFFFF",
        "max_discard_seg,              40,  4,  32,         32",
        "discard_sector_alignment,     44,  4,  1,          128",
        "max_write_zeroes_sectors,     48,  4,  0x3FFFFF,   0x3FFFFF",
        "max_write_zeroes_seg,         52,  4,  32,         32",
        "write_zeroes_may_unmap,       56,  1,  1,          1",
        "unused1,                      57,  1,  0,          0",
        "max_secure_erase_sectors,     60,  4,  0,          0x3FFFFF",
        "max_secure_erase_seg,         64,  4,  0,          32",
        "secure_erase_sector_alignment, 68, 4,  1,          8",
    })
    // spotless:on
    void readsAs(String field, int offset, int width, String usual, String all) throws IOException {
        reads(played(Settings.USUAL), offset, width, Long.decode(usual));
        reads(large(), offset, width, Long.decode(all));
    }

    /** In its own width, and byte by byte. */
    private static void reads(Played played, int offset, int width, long value) {
        assertEquals(value, played.configuration(offset, width));
        for (int i = 0; i < width; i++) {
            assertEquals(value >>> 8 * i & 0xFF, played.configuration(offset + i, 1), "byte " + i);
        }
    }

    @ParameterizedTest(name = "§5.2.3: bit {0}: {1}, read-only {2}, with all there is {3}")
    @CsvSource({
        "1, false, false, true", // SIZE_MAX
        "2, true, true, true",
        "4, false, false, false", // GEOMETRY
        "5, false, true, false", // RO
        "6, true, true, true",
        "9, true, true, true", // FLUSH
        "10, true, true, true",
        "11, true, true, true", // CONFIG_WCE
        "12, false, false, true", // MQ
        "13, true, false, true", // DISCARD
        "14, true, false, true", // WRITE_ZEROES
        "16, false, false, true", // SECURE_ERASE
        "17, false, false, false", // ZONED
    })
    void offers(int bit, boolean usual, boolean readOnly, boolean all) throws IOException {
        assertEquals(usual, offers(played(Settings.USUAL), bit));
        assertEquals(readOnly, offers(played(new Settings(1, 256, 8, true, 512, 512, 0, "")), bit));
        assertEquals(all, offers(large(), bit));
    }

    private static boolean offers(Played played, int bit) {
        return (played.offered() >>> bit & 1) != 0;
    }

    /** §5.2.5: writeback alone is for writing, where CONFIG_WCE was negotiated. */
    @Test
    void changesNothingButWriteback() throws IOException {
        Played played = large();
        played.start(BlockDriver.F_FLUSH | BlockDriver.F_CONFIG_WCE, 0, 16);
        byte[] before = all(played);
        for (int offset = 0; offset < BlockRegister.LENGTH; offset++) {
            played.configure(offset, 1, 0xFE);
        }
        before[32] = 0;
        assertEquals(java.nio.ByteBuffer.wrap(before), java.nio.ByteBuffer.wrap(all(played)));
    }

    private static byte[] all(Played played) {
        byte[] bytes = new byte[BlockRegister.LENGTH];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) played.configuration(i, 1);
        }
        return bytes;
    }
}
