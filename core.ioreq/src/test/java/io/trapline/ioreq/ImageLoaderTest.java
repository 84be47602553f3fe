package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.RamRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** System V ABI, chapters 4 and 5: an executable's headers; and images that are none, or want to do harm. */
class ImageLoaderTest {
    private static final int RAM = 1 << 20;
    private static final int PAYLOAD = 0x200;

    @TempDir Path folder;

    private final GuestRam ram =
            new GuestRam(List.of(new RamRange(0, RAM, List.of(ByteBuffer.allocateDirect(RAM)))));

    private ImageLoader.Entry load(byte[] image, long address, CpuMode mode) throws IOException {
        Path file = folder.resolve("guest.img");
        Files.write(file, image);
        return new ImageLoader(file, ram).load(address, mode);
    }

    private String refusal(byte[] image) {
        return assertThrows(IOException.class, () -> load(image, 0x1000, null)).getMessage();
    }

    /** One segment: 16 bytes at 0x8000, and 16 more of zeros. */
    private static ByteBuffer elf(boolean wide) {
        ByteBuffer elf = ByteBuffer.allocate(PAYLOAD + 16).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0, 0x464C457F).put(4, (byte) (wide ? 2 : 1)).put(5, (byte) 1).put(6, (byte) 1);
        elf.putShort(16, (short) 2).putShort(18, (short) (wide ? 62 : 3));
        if (wide) {
            elf.putLong(24, 0x8004)
                    .putLong(32, 64)
                    .putShort(54, (short) 56)
                    .putShort(56, (short) 1);
            elf.putInt(64, 1).putLong(64 + 8, PAYLOAD).putLong(64 + 24, 0x8000);
            elf.putLong(64 + 32, 16).putLong(64 + 40, 32);
        } else {
            elf.putInt(24, 0x8004).putInt(28, 52).putShort(42, (short) 32).putShort(44, (short) 1);
            elf.putInt(52, 1).putInt(52 + 4, PAYLOAD).putInt(52 + 12, 0x8000);
            elf.putInt(52 + 16, 16).putInt(52 + 20, 32);
        }
        for (int i = 0; i < 16; i++) {
            elf.put(PAYLOAD + i, (byte) (i + 1));
        }
        return elf;
    }

    @ParameterizedTest(name = "64 bit: {0}")
    @ValueSource(booleans = {false, true})
    void loadsAnElfExecutable(boolean wide) throws Exception {
        ram.store(0x8010, 8, -1L);
        ImageLoader.Entry entry = load(elf(wide).array(), 0x1000, null);

        assertEquals(0x8004, entry.entry());
        assertEquals(wide ? CpuMode.LONG : CpuMode.PROTECTED, entry.mode());
        assertEquals(0x0807_0605_0403_0201L, ram.load(0x8000, 8));
        assertEquals(0, ram.load(0x8010, 8), "what is not in the file is zero");
        assertEquals(CpuMode.REAL, load(elf(wide).array(), 0, CpuMode.REAL).mode());
    }

    @Test
    void loadsAFlatImageWhereItIsConfigured() throws Exception {
        byte[] image = new byte[(1 << 20) - 0x7C00]; // up to the end of RAM
        image[image.length - 1] = 0x55;
        ImageLoader.Entry entry = load(image, 0x7C00, null);

        assertEquals(new ImageLoader.Entry(CpuMode.REAL, 0x7C00), entry);
        assertEquals(0x55, ram.load(RAM - 1, 1));
        assertEquals(CpuMode.LONG, load(new byte[] {1}, 0, CpuMode.LONG).mode());
    }

    @Test
    void refusesWhatIsNotThere() {
        Path missing = folder.resolve("missing.elf");
        String refusal =
                assertThrows(IOException.class, () -> new ImageLoader(missing, ram).load(0, null))
                        .getMessage();
        assertEquals("image not found: " + missing, refusal);
    }

    @Test
    void refusesAFolder() {
        String refusal =
                assertThrows(IOException.class, () -> new ImageLoader(folder, ram).load(0, null))
                        .getMessage();
        assertTrue(refusal.startsWith("image not readable: " + folder), refusal);
    }

    @Test
    void refusesAnEmptyFile() {
        assertTrue(refusal(new byte[0]).startsWith("image empty: "));
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertTrue(
                refusal(new byte[RAM])
                        .endsWith("wants 0x1000+1048576 bytes, RAM is 1048576 bytes"));
        ByteBuffer elf = elf(true).putLong(64 + 24, RAM - 8);
        assertTrue(refusal(elf.array()).startsWith("image does not fit: "));
        elf = elf(true).putLong(64 + 24, -8);
        assertTrue(refusal(elf.array()).startsWith("image does not fit: "));
        elf = elf(true).putLong(64 + 40, Long.MAX_VALUE);
        assertTrue(refusal(elf.array()).contains(" bytes for its variables, RAM is "));
    }

    @Test
    void refusesAnElfFileThatIsCutOff() {
        byte[] whole = elf(true).array();
        for (int length = 4; length < whole.length; length++) {
            String refusal = refusal(java.util.Arrays.copyOf(whole, length));
            assertTrue(refusal.startsWith("image damaged: "), length + ": " + refusal);
        }
    }

    @Test
    void refusesAnotherProcessorsExecutable() {
        assertTrue(refusal(elf(true).putShort(18, (short) 183).array()).contains("machine 183"));
        assertTrue(refusal(elf(true).put(5, (byte) 2).array()).contains("little-endian"));
    }

    @Test
    void refusesAnObjectFile() {
        assertTrue(refusal(elf(true).putShort(56, (short) 0).array()).contains("was it linked?"));
        assertTrue(refusal(elf(true).putInt(64, 4).array()).contains("no segment to load"));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 0x7FFF_FFFF_FFFF_FF00L, 0x1_0000})
    void refusesHostileOffsets(long offset) {
        assertTrue(refusal(elf(true).putLong(32, offset).array()).startsWith("image damaged: "));
        assertTrue(
                refusal(elf(true).putLong(64 + 8, offset).array()).startsWith("image damaged: "));
        assertTrue(
                refusal(elf(true).putLong(64 + 32, offset).array()).startsWith("image damaged: "));
        assertTrue(
                refusal(elf(false).putInt(28, (int) offset | 1 << 20).array())
                        .startsWith("image damaged: "));
    }

    @Test
    void endsInAMessageWhateverIsInTheHeaders() throws Exception {
        Random random = new Random(11);
        int loaded = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] image = elf(random.nextBoolean()).array();
            for (int n = random.nextInt(6); n >= 0; n--) {
                image[4 + random.nextInt(128)] = (byte) (random.nextInt(5) - 2);
            }
            try {
                load(image, 0x1000, null);
                loaded++;
            } catch (IOException e) {
                assertTrue(e.getMessage().contains("guest.img"), e.getMessage());
            }
        }
        assertTrue(loaded > 0 && loaded < 3000, "loaded " + loaded);
    }
}
