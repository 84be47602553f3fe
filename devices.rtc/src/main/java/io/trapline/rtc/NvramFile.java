package io.trapline.rtc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The file that keeps the CMOS RAM. It is either the old one or the new one, whenever the host's power fails.
 *
 * <pre>
 *    0  "TLNVRAM1"    8
 *    8  bytes 0x0E to 0x7F of the chip    114
 *  122  CRC-32C of what is before    4
 * </pre>
 *
 * Little-endian.
 */
record NvramFile(Path path) {
    /** The first byte of the chip that is kept, and how many are. */
    static final int FIRST = RtcRegister.RAM.index, LENGTH = RtcRegister.BYTES - FIRST;

    private static final byte[] MAGIC = "TLNVRAM1".getBytes(StandardCharsets.US_ASCII);
    private static final int SUMMED = MAGIC.length + LENGTH;
    private static final int SIZE = SUMMED + Integer.BYTES;

    /** The file is there and is not what was written. */
    static final class Broken extends IOException {
        private static final long serialVersionUID = 1;

        Broken(String message) {
            super(message);
        }
    }

    /**
     * What was kept.
     *
     * @return {@link #LENGTH} bytes; null: there is no file yet
     * @throws Broken if it was cut or changed, or is another kind of file
     */
    byte[] read() throws IOException {
        if (!Files.isRegularFile(path)) {
            if (Files.exists(path)) {
                throw new IOException(path + ": not a regular file");
            }
            return null;
        }
        if (Files.size(path) != SIZE) {
            throw new Broken(path + ": " + Files.size(path) + " bytes, wanted " + SIZE);
        }
        byte[] bytes = Files.readAllBytes(path);
        if (bytes.length != SIZE
                || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new Broken(path + ": not the CMOS RAM of a clock");
        }
        if (ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(SUMMED) != sum(bytes)) {
            throw new Broken(path + ": wrong checksum");
        }
        return Arrays.copyOfRange(bytes, MAGIC.length, SUMMED);
    }

    /** Keeps {@link #LENGTH} bytes: written beside the file, brought to the disk, put in its place. */
    void write(byte[] kept) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).put(kept).putInt(sum(bytes.array())).flip();
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        try (FileChannel channel =
                FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(
                fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel folder = FileChannel.open(path.getParent(), StandardOpenOption.READ)) {
            folder.force(true); // the new name too
        }
    }

    /** Moves a broken file out of the way, for who wants to look at it. */
    Path setAside() throws IOException {
        Path aside = path.resolveSibling(path.getFileName() + ".broken");
        return Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
    }

    private static int sum(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, SUMMED);
        return (int) sum.getValue();
    }
}
