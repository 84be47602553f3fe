package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.virtio.Played;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** VIRTIO 1.2, §5.2.6: DISCARD, WRITE_ZEROES, SECURE_ERASE and GET_LIFETIME, which a driver has to negotiate. */
class SpaceTest {
    private static final int OK = 0, IOERR = 1, UNSUPP = 2;
    private static final long ALL = BlockDriver.F_SPACE | BlockDriver.F_SECURE_ERASE;

    private final NumberedImage image = new NumberedImage();
    private final Deque<Runnable> workers = new ArrayDeque<>();
    private BlockDriver driver;

    @BeforeEach
    void knowsItsWear() {
        image.lifetime = new short[] {2, 0x0B, 0x0102};
    }

    private void start(long features, boolean readOnly, int sizeMax) throws IOException {
        Settings settings = new Settings(1, 256, 8, readOnly, 512, 512, sizeMax, "");
        BlockDevice device = new BlockDevice(settings, image, workers::add, () -> 0);
        driver = new BlockDriver(Played.of(false, device));
        driver.start(BlockDriver.F_FLUSH | features, 1, 64);
    }

    private int request(int type, int bytes) {
        driver.send(0, 0, type, 0, bytes);
        while (!workers.isEmpty()) {
            workers.remove().run();
        }
        assertEquals(List.of(0), driver.back(0));
        return driver.status(0);
    }

    // spotless:off
    @ParameterizedTest(name = "§5.2.6.2: type {0}, negotiated={1}: status {2}, then {3}")
    @CsvSource({
        //  agreed  status  the image is asked to
        "11, true,  0,      discard 1024+512",
        "11, false, 2,      ",
        "13, true,  0,      zero 1024+512",
        "13, false, 2,      ",
        "14, true,  0,      erase 1024+512",
        "14, false, 2,      ",
    })
    // spotless:on
    void isSupportedWhereItWasNegotiated(int type, boolean agreed, int status, String call)
            throws IOException {
        image.erases = true;
        start(agreed ? ALL : 0, false, 0);
        driver.segment(0, 0, 2, 1, 0);
        assertEquals(status, request(type, 16));
        assertEquals(call == null ? List.of() : List.of(call), image.calls);
    }

    /** §5.2.6.2: that comes before whatever else is wrong. */
    @ParameterizedTest(name = "type {0}, read-only={1}")
    @CsvSource({"11, false", "13, false", "14, false", "11, true", "13, true", "14, true"})
    void isUnsupportedWhateverElseIsWrong(int type, boolean readOnly) throws IOException {
        start(0, readOnly, 0);
        driver.segment(0, 0, 1L << 40, 1, 0xFF);
        assertEquals(UNSUPP, request(type, 17), "no whole segment");
        assertEquals(UNSUPP, request(type, 0), "no segment");
        assertEquals(UNSUPP, request(type, 16), "flags and range");
        assertEquals(List.of(), image.calls);
    }

    @ParameterizedTest(name = "type {0}, flags {1}: {2}")
    @CsvSource({
        "11, 0, 0",
        "11, 1, 2",
        "11, 2, 2",
        "11, 0x80000000, 2",
        "13, 0, 0",
        "13, 1, 0",
        "13, 2, 2",
        "13, 3, 2",
        "13, 0x80000000, 2",
        "14, 0, 0",
        "14, 1, 2",
        "14, 2, 2",
    })
    void knowsUnmapInWriteZeroesAlone(int type, String flags, int status) throws IOException {
        image.erases = true;
        start(ALL, false, 0);
        driver.segment(0, 0, 2, 1, Long.decode(flags).intValue());
        assertEquals(status, request(type, 16));
        assertEquals(status == OK ? 1 : 0, image.calls.size());
        if (status == OK) {
            assertEquals(flags.equals("1"), image.calls.get(0).endsWith("unmap"));
        }
    }

    @ParameterizedTest(name = "type {0}")
    @ValueSource(ints = {11, 13, 14})
    void takesAsManySegmentsAsItSays(int type) throws IOException {
        image.erases = true;
        start(ALL, false, 0);
        for (int i = 0; i < 33; i++) {
            driver.segment(0, i, 2L * i, 1, 0);
        }
        assertEquals(OK, request(type, 16 * 32));
        assertEquals(32, image.calls.size());
        assertEquals(IOERR, request(type, 16 * 33));
        assertEquals(IOERR, request(type, 0));
        assertEquals(IOERR, request(type, 15));
        driver.segment(0, 31, 2048, 1, 0);
        assertEquals(IOERR, request(type, 16 * 32), "one of them is not on the disk");
        assertEquals(32, image.calls.size(), "and none is performed");
    }

    @Test
    void tellsOfItsWearWhereThatWasNegotiated() throws IOException {
        start(BlockDriver.F_LIFETIME, false, 0);
        driver.send(0, 0, BlockDriver.GET_LIFETIME, 0, 6);
        assertEquals(1, workers.size(), "the host is asked by a worker");
        assertEquals(List.of(), driver.back(0));
        workers.remove().run();
        assertEquals(List.of(0), driver.back(0));
        assertEquals(OK, driver.status(0));
        assertEquals(
                java.nio.ByteBuffer.wrap(new byte[] {2, 0, 0x0B, 0, 2, 1}),
                java.nio.ByteBuffer.wrap(driver.get(0, 6)));
        assertEquals(IOERR, request(BlockDriver.GET_LIFETIME, 5));
    }

    @Test
    void tellsNothingOfItsWearWhereThatWasNotNegotiated() throws IOException {
        start(0, false, 0);
        driver.put(0, new byte[] {9, 9, 9, 9, 9, 9});
        assertEquals(UNSUPP, request(BlockDriver.GET_LIFETIME, 6));
        assertEquals(9, driver.get(0, 1)[0]);
    }

    /** §5.2.5.1: to keep to size_max is the driver's affair; the device takes any length, as QEMU does. */
    @Test
    void takesAPieceThatIsLongerThanSizeMax() throws IOException {
        start(1L << 1, false, 512);
        assertEquals(512, driver.played.configuration(8, 4));
        assertEquals(OK, request(BlockDriver.IN, 4096));
        assertEquals(7, driver.get(0, 4096)[4095]);
    }

    /** A cut of long work does not show: positions go on where the part before ended. */
    @Test
    void cutsWhatIsLongIntoParts() throws IOException {
        image.length = 1L << 30;
        start(BlockDriver.F_SPACE, false, 0);
        driver.segment(0, 0, 1, 100_000, 0);
        assertEquals(OK, request(BlockDriver.DISCARD, 16));
        long at = 512;
        for (String call : image.calls) {
            String[] range = call.substring("discard ".length()).split("\\+");
            assertEquals(at, Long.parseLong(range[0]));
            at += Long.parseLong(range[1]);
            assertEquals(0, at == 512 * 100_001L ? 0 : at % (16 << 20), "whole blocks of the host");
        }
        assertEquals(512 * 100_001L, at);
    }
}
