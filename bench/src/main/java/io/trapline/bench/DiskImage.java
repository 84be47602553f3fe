package io.trapline.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** The disk that all read and write: no holes, and in the host's page cache. */
final class DiskImage {
    private static final int CHUNK = 1 << 20;
    private static final int CHUNKS = 128;

    private DiskImage() {}

    /** Bytes of it. */
    static long length() {
        return (long) CHUNK * CHUNKS;
    }

    /** Makes it, if it is not there. */
    static Path in(Path folder) throws IOException {
        Path disk = folder.resolve("disk.img");
        if (!Files.exists(disk)) {
            byte[] bytes = new byte[CHUNK];
            new Random(1).nextBytes(bytes);
            try (FileChannel channel =
                    FileChannel.open(
                            disk, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                for (int i = 0; i < CHUNKS; i++) {
                    ByteBuffer chunk = ByteBuffer.wrap(bytes);
                    while (chunk.hasRemaining()) {
                        channel.write(chunk);
                    }
                }
                channel.force(true); // no later turn has to wait for this to be written
            }
        }
        return disk;
    }
}
