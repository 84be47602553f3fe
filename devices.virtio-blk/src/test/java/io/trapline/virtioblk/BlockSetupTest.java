package io.trapline.virtioblk;

import static io.trapline.virtioblk.ImageFile.Patience.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /** What is wrong, and what would be right. */
    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "serial|none|image is missing, wanted a path, or null:BYTES",
                "image||image is missing, wanted a path, or null:BYTES",
                "image|''|image is missing, wanted a path, or null:BYTES",
                "image|null:|image=null:, wanted null: and a multiple of 512 bytes",
                "image|null:much|image=null:much, wanted null: and a multiple of 512 bytes",
                "image|null:0|image=null:0, wanted null: and a multiple of 512 bytes",
                "image|null:1000|image=null:1000, wanted null: and a multiple of 512 bytes",
                "format|vmdk|format=vmdk, wanted raw or qcow2",
                "secureerase|no|secureerase=no, wanted host or overwrite",
                "transport|isa|transport=isa, wanted pci or mmio",
                "slot|x|slot=x, wanted device.function in hexadecimal, e.g. 04.0",
            })
    void saysWhichKeyIsWrong(String key, String value, String why) {
        Map<String, Object> settings = new HashMap<>();
        if (!key.equals("serial") && !key.equals("image")) {
            settings.put("image", "null:512");
        }
        settings.put(key, value);
        assertEquals(
                why,
                assertThrows(IllegalArgumentException.class, () -> setup(settings)).getMessage());
    }

    @Test
    void saysThatAFeatureToBeWithheldIsNone() {
        String[] names = {"packed", "speed"};
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> setup(Map.of("image", "null:512", "withhold", names)));
        assertTrue(e.getMessage().startsWith("withhold=speed: no feature speed"), e.getMessage());
        assertTrue(e.getMessage().contains("ring_reset"), e.getMessage());
    }

    @Test
    void refusesAPartOfASector() throws IOException {
        Path path = Files.write(folder.resolve("disk.img"), new byte[1000]);
        assertEquals(
                "image " + path + ": 1000 bytes, wanted a multiple of 512, e.g. size=1024",
                refused(Map.of("image", path.toString())));
        assertEquals(
                "image " + path + ", read-only: 1000 bytes, wanted a multiple of 512",
                refused(Map.of("image", path.toString(), "readonly", true)));
        end(setup(Map.of("image", path.toString(), "size", 1024L)));
        end(setup(Map.of("image", path.toString())));
    }

    private static String refused(Map<String, Object> settings) {
        return assertThrows(IOException.class, () -> setup(settings)).getMessage();
    }

    @Test
    void closesAnImageThatTakesNoSize() throws IOException {
        Path path = Files.write(folder.resolve("disk.img"), new byte[1024]);
        long much = Long.MAX_VALUE / 512 * 512;
        String why = refused(Map.of("image", path.toString(), "size", much));
        String wanted = "ftruncate " + path + " to " + much + " bytes: ";
        assertTrue(why.startsWith(wanted), why);
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
