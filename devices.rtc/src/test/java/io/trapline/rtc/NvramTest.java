package io.trapline.rtc;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file that keeps the CMOS RAM: whole or not at all, and never in the guest's way. */
class NvramTest {
    @TempDir private Path folder;
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private NvramFile file;

    @BeforeEach
    void nameIt() {
        file = new NvramFile(folder.resolve("cmos"));
    }

    private KeptNvram open() {
        return new KeptNvram(file, told::add);
    }

    private static byte[] pattern() {
        byte[] kept = new byte[NvramFile.LENGTH];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = (byte) (i * 7);
        }
        return kept;
    }

    @Test
    void holdsWhatWasStored() {
        try (KeptNvram nvram = open()) {
            assertTrue(nvram.load(new byte[RtcRegister.BYTES]));
            nvram.stored(0x0E, 0x12);
            nvram.stored(0x7F, 0xFE);
        }
        byte[] ram = new byte[RtcRegister.BYTES];
        try (KeptNvram nvram = open()) {
            assertTrue(nvram.load(ram));
            assertEquals(file.path().toString(), nvram.description());
        }
        assertEquals(0x12, ram[0x0E]);
        assertEquals((byte) 0xFE, ram[0x7F]);
        assertEquals(0, told.size());
    }

    /** Without being closed: by its own thread, soon. */
    @Test
    void isWrittenWhileTheMachineRuns() throws IOException {
        try (KeptNvram nvram = open()) {
            nvram.stored(0x0E, 0x12);
            assertTimeoutPreemptively(
                    ofSeconds(30),
                    () -> {
                        while (!Files.exists(file.path())) {
                            Thread.onSpinWait();
                        }
                    });
            assertEquals(0x12, file.read()[0]);
        }
    }

    @Test
    void isWrittenOnceForManyStores() throws IOException {
        try (KeptNvram nvram = open()) {
            for (int i = 0; i < 100_000; i++) {
                nvram.stored(0x40, i);
            }
        }
        assertEquals((byte) 99_999, file.read()[0x40 - NvramFile.FIRST]);
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file.path()), files.toList(), "nothing is left beside it");
        }
    }

    @Test
    void isNotWrittenForNothing() {
        try (KeptNvram nvram = open()) {
            nvram.load(new byte[RtcRegister.BYTES]);
            nvram.stored(0x40, 0);
        }
        assertFalse(Files.exists(file.path()));
    }

    @Test
    void isReadAsItWasWritten() throws IOException {
        assertNull(file.read());
        file.write(pattern());
        assertArrayEquals(pattern(), file.read());
        assertEquals(126, Files.size(file.path()));
    }

    /** Each bit of the file counts. */
    @Test
    void isRefusedIfABitIsWrong() throws IOException {
        file.write(pattern());
        byte[] good = Files.readAllBytes(file.path());
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file.path(), bad);
            assertThrows(NvramFile.Broken.class, file::read, "bit " + bit);
        }
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 125, 127, 4096})
    void isRefusedIfItsLengthIsWrong(int length) throws IOException {
        Files.write(file.path(), new byte[length]);
        assertThrows(NvramFile.Broken.class, file::read);
    }

    /** A broken file: zeroes, a word to the operator, and the file is kept for him. */
    @Test
    void beginsAnewIfItIsBroken() throws IOException {
        Files.writeString(file.path(), "not mine");
        byte[] ram = new byte[RtcRegister.BYTES];
        try (KeptNvram nvram = open()) {
            assertFalse(nvram.load(ram));
            assertTrue(nvram.description().contains("8 bytes, wanted 126"), nvram.description());
            nvram.stored(0x0E, 1);
        }
        assertArrayEquals(new byte[RtcRegister.BYTES], ram);
        assertEquals(1, told.size());
        assertTrue(told.peek().startsWith("NVRAM: " + file.path() + ": 8 bytes"), told.peek());
        assertEquals("not mine", Files.readString(folder.resolve("cmos.broken")));
        assertEquals(1, file.read()[0]);
    }

    @Test
    void leavesWhatIsNoFileAlone() throws IOException {
        Files.createDirectory(file.path());
        try (KeptNvram nvram = open()) {
            assertFalse(nvram.load(new byte[RtcRegister.BYTES]));
            nvram.stored(0x0E, 1);
        }
        assertTrue(Files.isDirectory(file.path()));
        assertEquals(2, told.size(), told::toString);
    }

    /** The host's disk fails: told once, tried again, the guest goes on. */
    @Test
    void triesAgainWhenItCouldNotBeWritten() throws IOException {
        NvramFile elsewhere = new NvramFile(folder.resolve("none").resolve("cmos"));
        try (KeptNvram nvram = new KeptNvram(elsewhere, told::add)) {
            nvram.stored(0x0E, 1);
            assertTimeoutPreemptively(
                    ofSeconds(30),
                    () -> {
                        while (told.isEmpty()) {
                            Thread.onSpinWait();
                        }
                    });
            assertTrue(nvram.description().endsWith("not written"), nvram.description());
            Files.createDirectory(folder.resolve("none"));
            nvram.stored(0x0F, 2);
        }
        assertEquals(1, told.size());
        assertEquals(1, elsewhere.read()[0]);
        assertEquals(2, elsewhere.read()[1]);
    }
}
