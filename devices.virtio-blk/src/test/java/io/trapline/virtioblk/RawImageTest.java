package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.linux.IoVector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and block devices of the host: space that comes and goes, and hosts that refuse. */
class RawImageTest {
    private static final int LENGTH = 1 << 20;

    @TempDir Path folder;

    private final byte[] bytes = new byte[LENGTH];

    private Path file(Path where) throws IOException {
        new Random(7).nextBytes(bytes);
        return Files.write(where.resolve("disk.img"), bytes);
    }

    private static IoVector vector(byte[] content) {
        IoVector vector = new IoVector();
        vector.add(ByteBuffer.allocateDirect(content.length).put(content).flip());
        return vector;
    }

    private static long used(Path file) throws Exception {
        return 512 * Long.parseLong(Needs.run("stat", "-c", "%b", file.toString()));
    }

    private void clear(int from, int length) {
        Arrays.fill(bytes, from, from + length, (byte) 0);
    }

    @Test
    void punchesHolesForWhatIsDiscarded() throws Exception {
        Path path = file(folder);
        try (RawImage image = RawImage.open(path, false)) {
            image.flush();
            int least = image.discardAlignment();
            assertEquals(0, LENGTH % least);
            long before = used(path);
            image.discard(least - 512, 16L * least + 1024); // both ends are shorter than the least
            assertEquals(before - 16L * least, used(path));
            clear(least, 16 * least);
            assertArrayEquals(bytes, Files.readAllBytes(path), "what is no whole block stays");
        }
    }

    @Test
    void givesSpaceBackForZeroesOnlyWhereItMay() throws Exception {
        Path path = file(folder);
        try (RawImage image = RawImage.open(path, false)) {
            image.flush();
            long before = used(path);
            image.zero(512, 262_144, false);
            assertTrue(used(path) >= before, "the space is kept");
            image.zero(524_288, 262_144, true);
            assertTrue(used(path) <= before - 262_144);
            image.zero(0, 0, true);
            clear(512, 262_144);
            clear(524_288, 262_144);
            assertArrayEquals(bytes, Files.readAllBytes(path));
            assertThrows(IOException.class, () -> image.zero(LENGTH - 512, 1024, true));
            assertThrows(IOException.class, () -> image.zero(LENGTH - 512, 1024, false));
            assertEquals(LENGTH, Files.size(path));
        }
    }

    /** A tmpfs has holes, and no FALLOC_FL_ZERO_RANGE: zeroes are written. */
    @Test
    void writesZeroesWhereTheHostKnowsNoOtherWay() throws Exception {
        try (Needs.Tmpfs tmpfs = new Needs.Tmpfs(folder.resolve("mount"), "4m")) {
            Path path = file(tmpfs.folder);
            try (RawImage image = RawImage.open(path, false)) {
                long before = used(path);
                for (int round = 0; round < 2; round++) {
                    image.zero(512, 600_000 / 512 * 512, false);
                }
                assertEquals(before, used(path));
                clear(512, 600_000 / 512 * 512);
                assertArrayEquals(bytes, Files.readAllBytes(path));
                image.discard(0, LENGTH);
                assertEquals(0, used(path));
            }
        }
    }

    @Test
    void saysThatTheDiskIsFullAndGoesOn() throws Exception {
        try (Needs.Tmpfs tmpfs = new Needs.Tmpfs(folder.resolve("mount"), "1m")) {
            Path path = tmpfs.folder.resolve("disk.img");
            Files.write(path, new byte[0]);
            try (RawImage image = RawImage.open(path, false)) {
                image.resize(4 << 20);
                byte[] chunk = new byte[1 << 16];
                Arrays.fill(chunk, (byte) 7);
                int written = 0;
                IOException full = null;
                while (full == null) {
                    try {
                        image.write(vector(chunk), (long) written << 16);
                        written++;
                    } catch (IOException e) {
                        full = e;
                    }
                }
                assertEquals("pwrite: No space left on device (errno 28)", full.getMessage());
                assertTrue(written >= 12 && written <= 16, "written " + written);
                image.flush();
                image.discard(0, 1 << 17);
                image.write(vector(chunk), (long) written << 16);
                image.read(vector(chunk), (long) (written - 1) << 16);
            }
        }
    }

    @Test
    void readsNothingBeyondTheEndOfAFileThatBecameShorter() throws Exception {
        Path path = file(folder);
        try (RawImage image = RawImage.open(path, false)) {
            try (FileChannel other = FileChannel.open(path, StandardOpenOption.WRITE)) {
                other.truncate(LENGTH / 2 + 512);
            }
            IOException e =
                    assertThrows(
                            IOException.class,
                            () -> image.read(vector(new byte[1024]), LENGTH / 2));
            assertEquals("the image ends at " + (LENGTH / 2 + 512), e.getMessage());
            image.read(vector(new byte[512]), LENGTH / 2);
        }
    }

    @Test
    void keepsAFileThatWasRemoved() throws Exception {
        Path path = file(folder);
        try (RawImage image = RawImage.open(path, false)) {
            Files.delete(path);
            image.write(vector(new byte[512]), 0);
            image.flush();
            image.read(vector(new byte[512]), LENGTH - 512);
            assertEquals(LENGTH, image.length());
        }
    }

    @Test
    void becomesLongerAndShorter() throws Exception {
        Path path = file(folder);
        try (RawImage image = RawImage.open(path, false)) {
            image.resize(2 * LENGTH);
            assertEquals(2 * LENGTH, image.length());
            image.read(vector(new byte[512]), 2 * LENGTH - 512);
            image.resize(512);
            assertEquals(512, Files.size(path));
        }
        try (RawImage image = RawImage.open(path, true)) {
            image.resize(512);
            IOException e = assertThrows(IOException.class, () -> image.resize(1024));
            assertEquals(
                    "image " + path + " has 512 bytes and cannot have 1024: it is read-only",
                    e.getMessage());
            assertThrows(IOException.class, () -> image.write(vector(new byte[512]), 0));
        }
    }

    @Test
    void offersSecureEraseOnlyWhereItCanBeKept() throws Exception {
        Path path = file(folder);
        try (RawImage image = RawImage.open(path, false)) {
            assertFalse(image.canErase(), "who knows how many copies a file has");
        }
        try (RawImage image = RawImage.open(path, new RawImage.Options(false, false, true))) {
            assertTrue(image.canErase(), "the administrator does");
            image.erase(512, 1536);
            clear(512, 1536);
            assertArrayEquals(bytes, Files.readAllBytes(path));
        }
    }

    @Test
    void usesABlockDevice() throws Exception {
        Path path = file(folder);
        try (Needs.Loop loop = new Needs.Loop(path);
                RawImage image = RawImage.open(loop.device, false)) {
            assertEquals(LENGTH, image.length());
            assertTrue(image.description().contains("block device"), image.description());
            image.write(vector(new byte[4096]), 8192);
            image.flush();
            long before = used(path);
            image.discard(262_144, 262_144);
            image.flush();
            assertTrue(used(path) <= before - 262_144, "BLKDISCARD goes through to the file");
            image.zero(524_288, 65_536, true);
            image.zero(655_360, 65_536, false);
            image.zero(1024, 512, false);
            image.flush();
            clear(8192, 4096);
            clear(262_144, 262_144);
            clear(524_288, 65_536);
            clear(655_360, 65_536);
            clear(1024, 512);
            assertArrayEquals(bytes, Files.readAllBytes(path));
            assertFalse(image.canErase());
            IOException e = assertThrows(IOException.class, () -> image.resize(2 * LENGTH));
            assertTrue(e.getMessage().endsWith("it is a block device"), e.getMessage());
        }
    }

    /** Linux takes pages for clean that it could not write: the second fdatasync would say that all is well. */
    @Test
    void believesNoFlushAfterOneThatFailed() throws Exception {
        try (Needs.Tmpfs tmpfs = new Needs.Tmpfs(folder.resolve("mount"), "1m")) {
            Path path = tmpfs.folder.resolve("disk.img");
            try (FileChannel file =
                    FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.allocate(1), (4 << 20) - 1);
            }
            try (Needs.Loop loop = new Needs.Loop(path);
                    RawImage image = RawImage.open(loop.device, false)) {
                byte[] much = new byte[2 << 20];
                new Random(1).nextBytes(much);
                image.write(vector(much), 0); // into the page cache of the block device
                assertThrows(IOException.class, image::flush);
                IOException e = assertThrows(IOException.class, image::flush);
                assertTrue(e.getMessage().startsWith("refused, since an earlier"), e.getMessage());
                assertTrue(image.description().contains("a flush has failed"));
            }
        }
    }

    @Test
    void saysWhatIsWrongAndWhatWouldBeRight() throws Exception {
        Path none = folder.resolve("none");
        IOException e = assertThrows(IOException.class, () -> RawImage.open(none, false));
        assertEquals(
                "image: open %s: No such file or directory (errno 2); make it, e.g. truncate -s 10G"
                        .formatted(none),
                e.getMessage());
        e = assertThrows(IOException.class, () -> RawImage.open(folder, true));
        assertEquals("image " + folder + " is neither a file nor a block device", e.getMessage());
    }
}
