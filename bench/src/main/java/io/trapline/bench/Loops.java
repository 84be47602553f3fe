package io.trapline.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the guest {@code loops} is to do, and what it says; {@code guest/README.md}.
 *
 * @param kind of loop, below
 * @param count accesses a batch
 * @param batches how many of them
 */
record Loops(int kind, int count, int batches) {
    /** Kind: nothing but the loop itself. */
    static final int EMPTY = 0;

    /** Kind: {@code in al, 3fd}, a UART's line status. */
    static final int PORT_READ = 1;

    /** Kind: {@code mov eax, [fed00000]}. */
    static final int MEMORY_READ = 2;

    /** Kind: {@code out 70, al; in al, 71}. */
    static final int PAIR = 3;

    /** Where the memory loops read. */
    static final long MEMORY = 0xFED0_0000L;

    /** Where a pair's index is written; the data port follows. */
    static final int INDEX = 0x70;

    /** Written (the kind) before a batch. */
    static final int BEGIN_PORT = 0x5F0;

    /** Written (the kind) after a batch. */
    static final int END_PORT = 0x5F1;

    /** Written when all is done. */
    static final int EXIT_PORT = 0xF4;

    /** Where {@code loops.bin} is loaded and entered, in real mode. */
    static final int LOAD = 0x1_0000;

    private static final byte[] MARK = "TLOOPS01".getBytes(StandardCharsets.US_ASCII);
    private static final int MARK_OFFSET = 0x10;
    private static final int KIND_OFFSET = 0x18;
    private static final int COUNT_OFFSET = 0x1C;
    private static final int BATCHES_OFFSET = 0x20;
    private static final Pattern BATCH = Pattern.compile("batch \\d+ cycles ([0-9A-Fa-f]{16})");

    /** The image to be loaded at {@link #LOAD}, told what to do. */
    byte[] image() throws IOException {
        return patched("loops.bin");
    }

    /** The same as a BIOS image. */
    byte[] rom() throws IOException {
        return patched("loops.rom");
    }

    private byte[] patched(String name) throws IOException {
        byte[] image;
        try (InputStream resource = Loops.class.getResourceAsStream("/guest/" + name)) {
            if (resource == null) {
                throw new IOException("no guest: guest/" + name + " is not on the class path");
            }
            image = resource.readAllBytes();
        }
        ByteBuffer words = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        if (!words.slice(MARK_OFFSET, MARK.length).equals(ByteBuffer.wrap(MARK))) {
            throw new IOException("not the guest we know: guest/" + name);
        }
        words.putInt(KIND_OFFSET, kind).putInt(COUNT_OFFSET, count).putInt(BATCHES_OFFSET, batches);
        return image;
    }

    /**
     * The cycles that each iteration took, batch by batch.
     *
     * @param output what the guest printed
     * @throws IOException if it did not print all of it
     */
    double[] cycles(String output) throws IOException {
        List<Double> cycles = new ArrayList<>();
        Matcher batch = BATCH.matcher(output);
        while (batch.find()) {
            cycles.add((double) Long.parseUnsignedLong(batch.group(1), 16) / count);
        }
        if (cycles.size() != batches || !output.contains("loops: done")) {
            throw new IOException(
                    "the guest printed "
                            + cycles.size()
                            + " of "
                            + batches
                            + " batches: "
                            + output);
        }
        return cycles.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
