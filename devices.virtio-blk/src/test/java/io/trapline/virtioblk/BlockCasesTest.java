package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.DeviceState;
import io.trapline.tck.Shown;
import io.trapline.tck.TestBoard;
import io.trapline.tck.TestMemory;
import io.trapline.virtio.Features;
import io.trapline.virtio.Played;
import io.trapline.virtio.RingDriver;
import io.trapline.virtio.RingDriver.Piece;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What drivers have been seen to do to disks, and hosts to devices: VIRTIO 1.2, §5.2.6, §2.6.1, §2.7.4. */
class BlockCasesTest {
    private static final long HEADER = 0x80_0000;
    private static final long DATA = 0x80_1000;
    private static final long STATUS = 0x80_3000;
    private static final int IN = 0, OUT = 1, FLUSH = 4, DISCARD = 11, WRITE_ZEROES = 13;
    private static final int OK = 0, IOERR = 1, UNTOUCHED = 0xAA;

    private final NumberedImage image = new NumberedImage();
    private final Deque<Runnable> held = new ArrayDeque<>();
    private boolean holds; // requests stay with workers
    private boolean noThreads; // there are no workers
    private Played played;
    private RingDriver driver;

    private Played played(boolean pci) throws IOException {
        return Played.of(pci, device());
    }

    private BlockDevice device() throws IOException {
        long[] now = {0};
        return new BlockDevice(
                Settings.USUAL,
                image,
                task -> {
                    if (noThreads) {
                        throw new OutOfMemoryError("no thread, on purpose");
                    } else if (holds) {
                        held.add(task);
                    } else {
                        task.run();
                    }
                },
                () -> now[0] += 1_000_000);
    }

    private void start(boolean pci, long features) throws IOException {
        played = played(pci);
        driver = played.start(features, 0, 16);
    }

    /** The device finds its host slow: the next requests are for workers. */
    private void makeSlow() {
        for (int i = 0; i < 3; i++) {
            request(IN, 0, 512);
        }
    }

    private void header(int type, long sector) {
        TestMemory memory = played.board.memory();
        memory.store(HEADER, 4, type);
        memory.store(HEADER + 4, 4, 0);
        memory.store(HEADER + 8, 8, sector);
        memory.store(STATUS, 1, UNTOUCHED);
    }

    private int send(Piece... pieces) {
        int id = driver.add(List.of(pieces));
        played.ring(0);
        played.board.run();
        return id;
    }

    private int status() {
        return (int) played.board.memory().load(STATUS, 1);
    }

    private int request(int type, long sector, int bytes) {
        header(type, sector);
        Piece header = Piece.read(HEADER, 16);
        Piece status = Piece.write(STATUS, 1);
        int id =
                bytes == 0
                        ? send(header, status)
                        : send(header, new Piece(DATA, bytes, type == IN), status);
        assertEquals(id, driver.poll().id());
        return status();
    }

    // ---- §2.7.4, §5.2.6: how a request is cut

    @ParameterizedTest(name = "§2.7.4.1: header cut at {0} and {1}")
    @CsvSource({"1, 2", "3, 11", "4, 8", "5, 9", "15, 15", "0, 16", "7, 8"})
    void takesAHeaderInThreeDescriptors(int first, int second) throws IOException {
        start(false, 0);
        header(IN, 7);
        int id =
                send(
                        Piece.read(HEADER, first),
                        Piece.read(HEADER + first, second - first),
                        Piece.read(HEADER + second, 16 - second),
                        Piece.write(DATA, 512),
                        Piece.write(STATUS, 1));
        assertEquals(new RingDriver.Used(id, 513), driver.poll());
        assertEquals(OK, status());
        assertEquals(7, played.board.memory().load(DATA + 511, 1));
    }

    @ParameterizedTest(name = "§2.7.4.1: segments cut at {0}")
    @ValueSource(ints = {1, 7, 8, 12, 15, 17})
    void takesSegmentsInTwoDescriptors(int cut) throws IOException {
        start(false, BlockDriver.F_SPACE);
        header(WRITE_ZEROES, 0);
        for (int i = 0; i < 2; i++) {
            played.board.memory().store(DATA + 16L * i, 8, 10 + i);
            played.board.memory().store(DATA + 16L * i + 8, 8, 1);
        }
        send(
                Piece.read(HEADER, 16),
                Piece.read(DATA, cut),
                Piece.read(DATA + cut, 32 - cut),
                Piece.write(STATUS, 1));
        assertEquals(OK, status());
        assertEquals(List.of("zero 5120+512", "zero 5632+512"), zeroes());
    }

    private List<String> zeroes() {
        return image.calls.stream().filter(call -> call.startsWith("zero")).toList();
    }

    @Test
    @DisplayName("§5.2.6: the status is the last byte that is writable, wherever that is")
    void putsTheStatusAtTheEndOfTheData() throws IOException {
        start(false, 0);
        header(IN, 3);
        int id = send(Piece.read(HEADER, 16), Piece.write(STATUS - 512, 513));
        assertEquals(new RingDriver.Used(id, 513), driver.poll());
        assertEquals(OK, status());
        assertEquals(3, played.board.memory().load(STATUS - 1, 1));
        header(IN, 3);
        send(Piece.read(HEADER, 16), Piece.write(DATA, 500), Piece.write(STATUS - 12, 13));
        assertEquals(OK, status());
        header(IN, 3);
        send(
                Piece.read(HEADER, 16),
                Piece.write(DATA, 512),
                Piece.write(STATUS, 1),
                Piece.write(DATA, 0));
        assertEquals(OK, status(), "an empty descriptor is no byte");
    }

    @ParameterizedTest(name = "§5.2.6: {0} readable and {1} writable bytes need a reset")
    @CsvSource({"15, 1", "0, 1", "16, 0", "0, 513"})
    void needsAResetWithoutHeaderOrStatus(int readable, int writable) throws IOException {
        start(true, 0);
        header(IN, 0);
        List<Piece> pieces = new ArrayList<>();
        if (readable > 0) {
            pieces.add(Piece.read(HEADER, readable));
        }
        if (writable > 0) {
            pieces.add(Piece.write(DATA, writable));
        }
        send(pieces.toArray(Piece[]::new));
        assertEquals(0x40 | Played.ALL_SET, played.status());
        assertEquals(2, played.takeInterrupt() & 2, "§2.1.2");
        assertEquals(List.of(), image.calls);
        played.status(0);
        driver = played.start(0, 0, 16);
        assertEquals(OK, request(IN, 1, 512), "and all is well");
    }

    // ---- §2.7.13: the driver changes its memory meanwhile

    @ParameterizedTest(name = "§2.7.13: type {0} indirect={1}")
    @CsvSource({"0, false", "1, true", "11, false", "13, true"})
    void readsEachByteOfAHeaderAndOfSegmentsOnce(int type, boolean indirect) throws IOException {
        start(false, Features.RING_INDIRECT_DESC | BlockDriver.F_SPACE);
        header(type, type == IN || type == OUT ? 5 : 0);
        TestMemory memory = played.board.memory();
        for (int i = 0; i < 2; i++) {
            memory.store(DATA + 16L * i, 8, 10 + i);
            memory.store(DATA + 16L * i + 8, 8, 1);
        }
        int length = type == IN || type == OUT ? 512 : 32;
        List<Piece> pieces =
                List.of(
                        Piece.read(HEADER, 16),
                        new Piece(DATA, length, type == IN),
                        Piece.write(STATUS, 1));
        Map<Long, Integer> reads = new HashMap<>();
        memory.watch(
                (address, bytes) -> {
                    boolean asked = address >= HEADER && address < HEADER + 16;
                    boolean segment = length == 32 && address >= DATA && address < DATA + 32;
                    for (long at = address; (asked || segment) && at < address + bytes; at++) {
                        reads.merge(at, 1, Integer::sum);
                        memory.store(at, 1, 0xFF); // every number is far too large from now on
                    }
                });
        if (indirect) {
            driver.addIndirect(pieces);
        } else {
            driver.add(pieces);
        }
        played.ring(0);
        played.board.run();
        memory.watch((address, bytes) -> {});

        assertEquals(OK, status());
        assertTrue(reads.values().stream().allMatch(count -> count == 1), reads.toString());
        assertFalse(reads.isEmpty());
        String first = image.calls.get(0);
        assertTrue(
                first.contains(length == 512 ? " 2560+512" : " 5120+512"),
                "as was checked: " + first);
    }

    // ---- §5.2.6.2: what is not on the disk

    @ParameterizedTest(name = "§5.2.6.2: sector {0} and {1} bytes")
    @CsvSource({
        "2047, 1024",
        "2048, 512",
        "-1, 512",
        "-1, 1024",
        "-2, 1024",
        "0x7fffffffffffffff, 512",
        "0x007fffffffffffff, 512",
        "0x0080000000000000, 512",
        "0x8000000000000000, 512"
    })
    void refusesSectorsThatOverflow(String sector, int bytes) throws IOException {
        start(false, BlockDriver.F_SPACE);
        for (int type : new int[] {IN, OUT}) {
            assertEquals(IOERR, request(type, parse(sector), bytes));
        }
        TestMemory memory = played.board.memory();
        for (int type : new int[] {DISCARD, WRITE_ZEROES}) {
            memory.store(DATA, 8, parse(sector));
            memory.store(DATA + 8, 8, bytes / 512);
            header(type, 0);
            send(Piece.read(HEADER, 16), Piece.read(DATA, 16), Piece.write(STATUS, 1));
            assertEquals(IOERR, status());
        }
        assertEquals(List.of(), image.calls);
        assertEquals(Played.ALL_SET, played.status(), "it is the request that is wrong");
    }

    private static long parse(String number) {
        return number.startsWith("0x")
                ? Long.parseUnsignedLong(number.substring(2), 16)
                : Long.parseLong(number);
    }

    // ---- The host refuses: §5.2.6.2, VIRTIO_BLK_S_IOERR, and nothing else is lost

    @Test
    @DisplayName("§5.2.6.2: a full disk is IOERR, and nothing else")
    void tellsOfAFullDiskAndGoesOn() throws IOException {
        start(false, 1L << 9);
        image.broken = 512 * 9;
        assertEquals(IOERR, request(OUT, 9, 512), "ENOSPC");
        assertEquals(IOERR, request(IN, 9, 512), "EIO");
        assertEquals(OK, request(OUT, 10, 512));
        assertEquals(OK, request(FLUSH, 0, 0));
        image.broken = -1;
        assertEquals(OK, request(OUT, 9, 512), "there is room again");
        assertEquals(Played.ALL_SET, played.status());
    }

    /** Whatever an image throws, at once or in a worker: the guest gets an error, and never a success. */
    @ParameterizedTest(name = "§5.2.6.2: {0} at once={1} at hand={2}")
    @CsvSource({
        "memory, true, false", "memory, false, false", "memory, true, true",
        "stack, true, false", "assertion, false, false", "link, true, false"
    })
    void tellsOfAFaultOfTheProgram(String what, boolean atOnce, boolean atHand) throws IOException {
        start(false, 1L << 9);
        if (!atOnce) {
            makeSlow();
        }
        image.tells = atHand;
        image.fault =
                switch (what) {
                    case "memory" -> new OutOfMemoryError("on purpose");
                    case "stack" -> new StackOverflowError();
                    case "link" -> new NoClassDefFoundError("on purpose");
                    default -> new AssertionError("on purpose");
                };
        assertEquals(IOERR, request(IN, 9, 512));
        image.fault = null;
        assertEquals(OK, request(IN, 9, 512));
    }

    @Test
    @DisplayName("§5.2.6.2: no thread for a worker is IOERR, and nothing stays behind")
    void tellsOfAWorkerThatCannotBegin() throws IOException {
        start(false, 1L << 9);
        makeSlow();
        noThreads = true;
        for (int i = 0; i < 2 * Settings.USUAL.depth(); i++) {
            assertEquals(IOERR, request(FLUSH, 0, 0));
        }
        noThreads = false;
        assertEquals(OK, request(FLUSH, 0, 0));
        assertEquals(0L, Shown.of(played.plug::inspect).get("requests with workers"));
    }

    /** A successor finds a shorter image: the guest hears of it, and what is beyond is an error. */
    @ParameterizedTest(name = "§5.2.5, §5.2.6.2: shrunk, pci={0}")
    @ValueSource(booleans = {false, true})
    void refusesWhatIsBeyondADiskThatHasShrunk(boolean pci) throws IOException {
        start(pci, 0);
        assertEquals(OK, request(IN, 2000, 512));
        DeviceState saved = played.plug.save();
        image.length = 512 * 1000;
        TestBoard board = played.board.successor();
        Played next = Played.of(pci, board, device());
        board.adopt(played.board);
        next.plug.restore(saved);
        if (pci) {
            next.find();
        }
        played = next;
        assertEquals(2, played.takeInterrupt() & 2, "§5.2.5: a configuration interrupt");
        assertEquals(1000, played.configuration(0, 8));
        assertEquals(IOERR, request(IN, 2000, 512));
        assertEquals(IOERR, request(OUT, 999, 1024));
        assertEquals(OK, request(OUT, 999, 512));
    }

    // ---- §2.4.1, §2.6.1: reset with requests in flight

    @ParameterizedTest(name = "§2.4.2, §2.6.1.1: pci={0} one queue={1}")
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void isResetOnceNothingInFlightTouchesMemory(boolean pci, boolean oneQueue) throws IOException {
        start(pci, oneQueue ? Features.RING_RESET : 0);
        makeSlow();
        holds = true;
        image.meanwhile = () -> reset(oneQueue); // the worker has begun
        header(IN, 77);
        send(Piece.read(HEADER, 16), Piece.write(DATA, 512), Piece.write(STATUS, 1));
        assertEquals(1, held.size());
        held.remove().run();
        image.meanwhile = () -> {};
        assertEquals(77, played.board.memory().load(DATA, 1), "it was not stopped half-way");
        assertFalse(played.board.deferred().get(0).answered(), "it had to be waited for");
        played.board.run();
        assertTrue(played.board.deferred().get(0).answered());
        assertEquals(oneQueue ? Played.ALL_SET : 0, played.status());
        assertFalse(played.enabled());
        assertEquals(UNTOUCHED, status(), "nobody is told");
        assertEquals(null, driver.poll());
        holds = false;
        if (oneQueue) {
            driver = played.setUp(0, 0, 16);
        } else {
            driver = played.start(0, 0, 16);
        }
        assertEquals(OK, request(IN, 5, 512));
    }

    private void reset(boolean oneQueue) {
        if (oneQueue) {
            played.select(0);
            played.resetQueue();
        } else {
            played.status(0);
        }
    }

    /** §2.7.8.2: the used ring has room for all that can be in flight, and a device keeps nothing for later. */
    @Test
    @DisplayName("§2.7.8.2: a driver that never reads used")
    void keepsNothingForADriverThatNeverReadsUsed() throws IOException {
        start(false, 1L << 9);
        TestMemory memory = played.board.memory();
        header(FLUSH, 0);
        int head = driver.add(List.of(Piece.read(HEADER, 16), Piece.write(STATUS, 1)));
        long after = driver.deviceArea + 4 + 8 * 16 + 2;
        byte[] before = bytes(after, 4096);
        int count = 3 * driver.size;
        for (int i = 0; i < count; i++) {
            memory.store(driver.driverArea + 4 + 2L * (i % driver.size), 2, head);
            memory.store(driver.driverArea + 2, 2, i + 1);
            played.ring(0);
            played.board.run();
        }
        assertEquals(count, memory.load(driver.deviceArea + 2, 2));
        assertEquals(ByteBuffer.wrap(before), ByteBuffer.wrap(bytes(after, 4096)));
        assertEquals(0L, Shown.of(played.plug::inspect).get("queue 0/in flight"));
        assertEquals(Played.ALL_SET, played.status());
        assertEquals(OK, status());
    }

    private byte[] bytes(long address, int length) {
        byte[] bytes = new byte[length];
        played.board.memory().read(address, ByteBuffer.wrap(bytes));
        return bytes;
    }
}
