package io.trapline.rtc;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** A file that is, or was, or never was the CMOS RAM of a clock: taken whole, or set aside. */
class NvramFuzzTest {
    private static final byte[] MAGIC = "TLNVRAM1".getBytes(StandardCharsets.US_ASCII);
    private static final int SIZE = MAGIC.length + NvramFile.LENGTH + Integer.BYTES;
    private static final Path FILE = file();

    private static Path file() {
        try {
            Path folder = Files.createTempDirectory("trapline-fuzz");
            folder.toFile().deleteOnExit();
            Path file = folder.resolve("cmos");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @FuzzTest
    void file(byte[] input) throws IOException {
        byte[] bytes = sealed(input);
        Files.write(FILE, bytes);
        byte[] kept = read();
        if (kept != null) {
            check(bytes, kept);
        }
        load(bytes, kept);
    }

    /** No fuzzer guesses a checksum: what has the right size and an odd first byte gets magic and checksum. */
    private static byte[] sealed(byte[] input) {
        if (input.length != SIZE || input[0] % 2 == 0) {
            return input;
        }
        byte[] bytes = input.clone();
        System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, SIZE - Integer.BYTES);
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(SIZE - Integer.BYTES, (int) sum.getValue());
        return bytes;
    }

    /** Null: it is broken. */
    private static byte[] read() throws IOException {
        try {
            return new NvramFile(FILE).read();
        } catch (NvramFile.Broken e) {
            if (!e.getMessage().startsWith(FILE.toString())) {
                throw new AssertionError("does not name the file: " + e.getMessage());
            }
            return null;
        }
    }

    /** What is read is what was in the file, and what would be written is the file. */
    private static void check(byte[] bytes, byte[] kept) throws IOException {
        if (bytes.length != SIZE
                || !Arrays.equals(kept, Arrays.copyOfRange(bytes, MAGIC.length, SIZE - 4))) {
            throw new AssertionError("not what is in the file: " + Arrays.toString(kept));
        }
        new NvramFile(FILE).write(kept);
        if (!Arrays.equals(bytes, Files.readAllBytes(FILE))) {
            throw new AssertionError("written otherwise");
        }
    }

    /** The clock takes all of it, or none and says so once. */
    private static void load(byte[] bytes, byte[] kept) throws IOException {
        List<String> told = new ArrayList<>();
        byte[] ram = new byte[RtcRegister.BYTES];
        boolean valid;
        try (KeptNvram nvram = new KeptNvram(new NvramFile(FILE), told::add)) {
            valid = nvram.load(ram);
        }
        byte[] expected = new byte[RtcRegister.BYTES];
        if (kept != null) {
            System.arraycopy(kept, 0, expected, NvramFile.FIRST, kept.length);
        }
        if (valid != (kept != null)
                || told.size() != (valid ? 0 : 1)
                || !Arrays.equals(expected, ram)) {
            throw new AssertionError("valid " + valid + ", told " + told);
        }
        Path aside = FILE.resolveSibling("cmos.broken");
        if (!valid && !Arrays.equals(bytes, Files.readAllBytes(aside))) {
            throw new AssertionError("the broken file is not kept as it was");
        }
        Files.deleteIfExists(aside);
    }
}
