package io.trapline.virtioblk;

import static io.trapline.virtioblk.ImageFile.Patience.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a configuration to a disk, or to an error that says what is wrong; then nothing is open. */
class BlockSetupTest {
    @TempDir Path folder;

    private static BlockSetup setup(Map<String, Object> settings) throws IOException {
        return new BlockSetup(Configured.disk(settings), line -> {});
    }

    private static void end(BlockSetup disk) {
        assertTrue(disk.workers.end());
        disk.image.close();
    }

    @Test
    void opensAnImageAndGivesItItsSize() throws IOException {
        Path path = Files.write(folder.resolve("disk.img"), new byte[1024]);
        BlockSetup disk = setup(Map.of("image", path.toString(), "size", 4096L));
        assertEquals(8, disk.device.readConfiguration(0, 8));
        assertEquals(4096, Files.size(path));
        end(disk);
    }

    @Test
    void closesAnImageThatTakesNoSize() throws IOException {
        Path path = Files.write(folder.resolve("disk.img"), new byte[1024]);
        Map<String, Object> wrong =
                Map.of("image", path.toString(), "size", Long.MAX_VALUE / 512 * 512);
        assertThrows(IOException.class, () -> setup(wrong));
        end(setup(Map.of("image", path.toString())));
    }

    /** The device asks for the image's length, which the host may refuse; or there is no memory for it. */
    @Test
    void closesAnImageThatNoDeviceCanBeMadeOf() {
        for (Throwable why :
                new Throwable[] {
                    new IOException("wanted"),
                    new IllegalStateException("wanted"),
                    new OutOfMemoryError("wanted")
                }) {
            NumberedImage image = new NumberedImage();
            image.lengthRefused = why;
            assertEquals(
                    why,
                    assertThrows(
                            Throwable.class,
                            () ->
                                    BlockSetup.device(
                                            image, 0, Settings.USUAL, Runnable::run, line -> {})));
            assertTrue(image.closed, () -> "after " + why);
        }
    }

    /** A lock that stayed would be "in use by another machine" for ever. */
    @Test
    void closesAFileThatNoImageCanBeMadeOf() throws IOException {
        Path path = Files.write(folder.resolve("disk.img"), new byte[1024]);
        RawImage.Options options = new RawImage.Options(false, false, false);
        ImageFile.Maker<RawImage> starved =
                file -> {
                    throw new OutOfMemoryError("wanted");
                };
        assertThrows(OutOfMemoryError.class, () -> ImageFile.open(path, options, NONE, starved));
        ImageFile.Maker<RawImage> refused =
                file -> {
                    throw new IOException("wanted");
                };
        IOException e =
                assertThrows(IOException.class, () -> ImageFile.open(path, options, NONE, refused));
        assertEquals("image " + path + ": wanted", e.getMessage());
        RawImage.open(path, false).close();
    }
}
