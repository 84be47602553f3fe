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
 * What the guest {@code disk} is to do, and what it says; {@code guest/README.md}.
 *
 * @param transport how it reaches its disk
 * @param load which requests it makes
 * @param depth how many are in flight
 * @param sectors of each
 * @param count of them in a batch
 * @param batches how many of these
 */
record Drive(Transport transport, Load load, int depth, int sectors, int count, int batches) {
    /** How a driver reaches its device; VIRTIO 1.2, chapter 4. */
    enum Transport {
        MMIO,
        PCI
    }

    /** Which requests are made. */
    enum Load {
        RANDOM_READ,
        SEQUENTIAL_READ,
        SEQUENTIAL_WRITE
    }

    /** Where the registers of a memory-mapped disk are. */
    static final long ADDRESS = 0xFEB0_2E00L;

    /** Where a disk is on the PCI bus. */
    static final String SLOT = "04.0";

    private static final int SECTOR = 512;
    private static final byte[] MARK = "TDISK001".getBytes(StandardCharsets.US_ASCII);
    private static final int MARK_OFFSET = 0x10;
    private static final int TRANSPORT_OFFSET = 0x18;
    private static final int LOAD_OFFSET = 0x24;
    private static final int DEPTH_OFFSET = 0x28;
    private static final int SECTORS_OFFSET = 0x2C;
    private static final int COUNT_OFFSET = 0x30;
    private static final int BATCHES_OFFSET = 0x34;
    private static final int FLAGS_OFFSET = 0x38;
    private static final int EVENT_INDEX = 2;
    private static final Pattern BATCH =
            Pattern.compile("batch \\d+ cycles ([0-9a-f]{16}) doorbells (\\d+) errors (\\d+)");

    /** The image to be loaded at {@link Loops#LOAD}, told what to do. */
    byte[] image() throws IOException {
        return patched("disk.bin");
    }

    /** The same as a BIOS image. */
    byte[] rom() throws IOException {
        return patched("disk.rom");
    }

    private byte[] patched(String name) throws IOException {
        byte[] image;
        try (InputStream resource = Drive.class.getResourceAsStream("/guest/" + name)) {
            if (resource == null) {
                throw new IOException("no guest: guest/" + name + " is not on the class path");
            }
            image = resource.readAllBytes();
        }
        ByteBuffer words = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        if (!words.slice(MARK_OFFSET, MARK.length).equals(ByteBuffer.wrap(MARK))) {
            throw new IOException("not the guest we know: guest/" + name);
        }
        words.putInt(TRANSPORT_OFFSET, transport.ordinal())
                .putInt(LOAD_OFFSET, load.ordinal())
                .putInt(DEPTH_OFFSET, depth)
                .putInt(SECTORS_OFFSET, sectors)
                .putInt(COUNT_OFFSET, count)
                .putInt(BATCHES_OFFSET, batches)
                .putInt(FLAGS_OFFSET, EVENT_INDEX);
        return image;
    }

    /** Bytes of a request. */
    int bytes() {
        return sectors * SECTOR;
    }

    /** The same with other numbers of requests and batches. */
    Drive times(int otherCount, int otherBatches) {
        return new Drive(transport, load, depth, sectors, otherCount, otherBatches);
    }

    /**
     * What a run printed.
     *
     * @param cycles of each batch, by the request
     * @param doorbells rung, by the request
     */
    record Run(double[] cycles, double doorbells) {}

    /**
     * Reads what the guest printed.
     *
     * @throws IOException if that was not all of it, or a request has failed
     */
    Run parse(String output) throws IOException {
        List<Double> cycles = new ArrayList<>();
        long doorbells = 0;
        Matcher batch = BATCH.matcher(output);
        while (batch.find()) {
            cycles.add((double) Long.parseUnsignedLong(batch.group(1), 16) / count);
            doorbells += Long.parseLong(batch.group(2));
            if (!batch.group(3).equals("0")) {
                throw new IOException("requests have failed: " + batch.group());
            }
        }
        if (cycles.size() != batches || !output.contains("disk: done")) {
            throw new IOException("the guest printed only: " + output);
        }
        double[] numbers = cycles.stream().mapToDouble(Double::doubleValue).toArray();
        return new Run(numbers, (double) doorbells / count / batches);
    }
}
