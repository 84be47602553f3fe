package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.tck.TestBoard;
import io.trapline.virtio.Features;
import io.trapline.virtio.Played;
import io.trapline.virtio.RingDriver;
import io.trapline.virtio.RingDriver.Piece;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** VIRTIO 1.2, §5.2. */
class BlockDeviceTest {
    private static final long HEADER = 0x8_0000;
    private static final long DATA = 0x9_0000;
    private static final long STATUS = 0x8_1000;
    private static final int SECTORS = 2048;

    @TempDir Path folder;

    private final byte[] disk = new byte[SECTORS * 512];
    private RawImage image;
    private BlockDevice device;
    private Played played;
    private RingDriver driver;
    private TestBoard board;

    private void start(boolean pci, long features, Settings settings) throws Exception {
        new Random(5).nextBytes(disk);
        Path file = folder.resolve("disk.img");
        Files.write(file, disk);
        image = RawImage.open(file, settings.readOnly());
        device = new BlockDevice(settings, image, Runnable::run, () -> 0);
        played = Played.of(pci, device);
        board = played.board;
        driver = played.start(features, 0, 16);
    }

    private int request(int type, long sector, List<Piece> data) {
        board.memory().store(HEADER, 4, type);
        board.memory().store(HEADER + 4, 4, 0);
        board.memory().store(HEADER + 8, 8, sector);
        board.memory().store(STATUS, 1, 0xAA);
        List<Piece> pieces = new ArrayList<>();
        pieces.add(Piece.read(HEADER, 16));
        pieces.addAll(data);
        pieces.add(Piece.write(STATUS, 1));
        int id = driver.add(pieces);
        played.ring(0);
        board.run();
        long written = data.stream().filter(Piece::write).mapToLong(Piece::length).sum() + 1;
        assertEquals(new RingDriver.Used(id, written), driver.poll());
        assertEquals(1, played.takeInterrupt());
        return (int) board.memory().load(STATUS, 1);
    }

    private byte[] memory(long address, int length) {
        byte[] bytes = new byte[length];
        board.memory().read(address, ByteBuffer.wrap(bytes));
        return bytes;
    }

    private byte[] sectors(int sector, int count) {
        return Arrays.copyOfRange(disk, 512 * sector, 512 * (sector + count));
    }

    @ParameterizedTest(name = "pci={0} packed={1}")
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void readsAndWritesSectors(boolean pci, boolean packed) throws Exception {
        start(pci, packed ? Features.RING_PACKED : 0, Settings.USUAL);
        assertEquals(SECTORS, played.configuration(0, 8));
        Random random = new Random(6);
        for (int round = 0; round < 200; round++) {
            int count = 1 + random.nextInt(8);
            int sector = random.nextInt(SECTORS - count);
            int cut = random.nextInt(512 * count + 1);
            boolean write = random.nextBoolean();
            List<Piece> data =
                    List.of(
                            new Piece(DATA, cut, !write),
                            new Piece(DATA + cut, 512 * count - cut, !write));
            if (write) {
                byte[] bytes = new byte[512 * count];
                random.nextBytes(bytes);
                board.memory().write(DATA, ByteBuffer.wrap(bytes));
                System.arraycopy(bytes, 0, disk, 512 * sector, bytes.length);
            }
            assertEquals(0, request(write ? 1 : 0, sector, data));
            assertArrayEquals(sectors(sector, count), memory(DATA, 512 * count));
        }
        assertEquals(0, request(4, 0, List.of()));
        assertArrayEquals(disk, Files.readAllBytes(folder.resolve("disk.img")));
    }

    @ParameterizedTest(name = "type {0}, sector {1}, {2} bytes: status {3}")
    @CsvSource({
        "0, 2047, 512, 0",
        "0, 2047, 1024, 1",
        "0, 2048, 512, 1",
        "0, 2048, 0, 0",
        "0, -1, 512, 1",
        "0, 0x7fffffffffffffff, 512, 1",
        "0, 36028797018963967, 512, 1",
        "0, 0, 100, 1",
        "0, 0, 513, 1",
        "1, 2047, 1024, 1",
        "1, -1, 512, 1",
        "1, 0, 511, 1",
        "2, 0, 512, 2",
        "255, 0, 0, 2",
        "-1, 0, 0, 2",
    })
    void refusesWhatIsNotOnTheDisk(int type, String sector, int bytes, int status)
            throws Exception {
        start(false, 0, Settings.USUAL);
        List<Piece> data = bytes == 0 ? List.of() : List.of(new Piece(DATA, bytes, type == 0));
        assertEquals(status, request(type, Long.decode(sector), data));
        assertArrayEquals(disk, Files.readAllBytes(folder.resolve("disk.img")));
    }

    @Test
    void tellsItsSerial() throws Exception {
        Settings usual = Settings.USUAL;
        start(false, 0, new Settings(1, 256, 4, false, 512, 4096, 0, "TRAP-0001"));
        assertEquals(0, request(8, 0, List.of(Piece.write(DATA, 20))));
        assertEquals("TRAP-0001\0\0\0\0\0\0\0\0\0\0\0", new String(memory(DATA, 20), "US-ASCII"));
        assertEquals(1, request(8, 0, List.of(Piece.write(DATA, 19))), "§5.2.6: 20 bytes");
        assertEquals(usual.blockSize(), played.configuration(20, 4));
        assertEquals(3, played.configuration(24, 1), "8 logical blocks a physical one");
    }

    @Test
    void writesZeroesAndDiscards() throws Exception {
        start(false, BlockDriver.F_SPACE, Settings.USUAL);
        segment(DATA, 10, 5, 1);
        segment(DATA + 16, 100, 3, 0);
        assertEquals(0, request(13, 0, List.of(Piece.read(DATA, 32))));
        Arrays.fill(disk, 5120, 5120 + 5 * 512, (byte) 0);
        Arrays.fill(disk, 51200, 51200 + 3 * 512, (byte) 0);
        assertArrayEquals(disk, Files.readAllBytes(folder.resolve("disk.img")));
        segment(DATA, 10, 5, 2);
        assertEquals(2, request(13, 0, List.of(Piece.read(DATA, 16))), "unknown flags");
        segment(DATA, 10, 5, 1);
        assertEquals(
                2, request(11, 0, List.of(Piece.read(DATA, 16))), "§5.2.6.2: unmap in a discard");
        segment(DATA, 2047, 2, 0);
        assertEquals(1, request(11, 0, List.of(Piece.read(DATA, 16))));
        assertEquals(1, request(11, 0, List.of(Piece.read(DATA, 17))));
        assertEquals(1, request(11, 0, List.of()));
    }

    private void segment(long at, long sector, int count, int flags) {
        board.memory().store(at, 8, sector);
        board.memory().store(at + 8, 4, count);
        board.memory().store(at + 12, 4, flags);
    }

    @Test
    void writesNothingToWhatIsForReading() throws Exception {
        start(false, 0, new Settings(1, 256, 4, true, 512, 512, 0, ""));
        assertEquals(1L << 5, played.offered() & 1L << 5, "RO");
        assertEquals(1, request(1, 0, List.of(Piece.read(DATA, 512))));
        assertEquals(0, request(0, 0, List.of(Piece.write(DATA, 512))));
    }
}
