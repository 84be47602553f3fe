package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.DeviceState;
import io.trapline.tck.TestBoard;
import io.trapline.virtio.Features;
import io.trapline.virtio.Played;
import io.trapline.virtio.RingDriver;
import io.trapline.virtio.RingDriver.Piece;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests are performed side by side and come back as they end; what the host refuses concerns one alone. */
class OverlapTest {
    private static final long AREA = 0x8_0000;
    private static final int DEPTH = 4;

    private final NumberedImage image = new NumberedImage();
    private final Deque<Runnable> workers = new ArrayDeque<>();
    private final Map<Integer, Integer> slots = new HashMap<>();
    private long hostNanos;
    private long step;
    private BlockDevice device;
    private Played played;
    private RingDriver driver;

    /** The clock of the host jumps with each look: a slow disk. */
    private void start(long stepNanos, long features) throws IOException {
        Settings settings = new Settings(1, 256, DEPTH, false, 512, 512, 0, "");
        step = stepNanos;
        device = new BlockDevice(settings, image, workers::add, () -> hostNanos += step);
        played = Played.of(true, device);
        driver = played.start(features, 0, 64);
    }

    private int send(int slot, int type, long sector) {
        long at = AREA + 0x1000L * slot;
        played.board.memory().store(at, 4, type);
        played.board.memory().store(at + 8, 8, sector);
        played.board.memory().store(at + 16, 1, 0xAA);
        Piece header = Piece.read(at, 16);
        Piece data = new Piece(at + 512, 512, type == 0);
        Piece status = Piece.write(at + 16, 1);
        int id = driver.add(type == 4 ? List.of(header, status) : List.of(header, data, status));
        slots.put(id, slot);
        played.ring(0);
        return id;
    }

    private int status(int slot) {
        return (int) played.board.memory().load(AREA + 0x1000L * slot + 16, 1);
    }

    private void work() {
        while (!workers.isEmpty()) {
            workers.remove().run();
        }
    }

    private List<Integer> back() {
        played.board.run();
        return driver.pollAll().stream().map(used -> slots.get(used.id())).toList();
    }

    /** The device finds its host slow: the next requests are for workers. */
    private void slow() throws IOException {
        start(1_000_000, 0);
        for (int i = 0; i < 3; i++) {
            send(60 + i, 0, 0);
        }
        assertEquals(3, back().size());
        image.calls.clear();
    }

    @Test
    void performsAtOnceWhileTheHostDoes() throws IOException {
        start(100, 0);
        for (int i = 0; i < 8; i++) {
            send(i, 0, i);
        }
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7), back());
        assertTrue(workers.isEmpty());
    }

    @Test
    void comesBackInWhateverOrderItEnds() throws IOException {
        slow();
        for (int i = 0; i < 3; i++) {
            send(i, 0, 10 + i);
        }
        assertEquals(3, workers.size());
        assertEquals(List.of(), back());
        workers.removeLast().run();
        workers.removeFirst().run();
        assertEquals(List.of(2, 0), back());
        assertEquals(1, played.takeInterrupt(), "one for both");
        workers.remove().run();
        assertEquals(List.of(1), back());
        for (int i = 0; i < 3; i++) {
            assertEquals(10 + i, played.board.memory().load(AREA + 0x1000L * i + 512, 1));
        }
    }

    @Test
    void leavesInTheRingWhatIsBeyondItsDepth() throws IOException {
        slow();
        for (int i = 0; i < 10; i++) {
            send(i, 0, i);
        }
        assertEquals(DEPTH, workers.size());
        int seen = 0;
        while (!workers.isEmpty()) {
            workers.remove().run();
            seen += back().size();
        }
        assertEquals(10, seen);
    }

    @Test
    void losesOneRequestToAnErrorAndNothingElse() throws IOException {
        slow();
        image.broken = 512 * 7;
        send(0, 0, 6);
        send(1, 0, 7);
        send(2, 1, 7);
        send(3, 0, 8);
        work();
        assertEquals(List.of(0, 1, 2, 3), back());
        assertEquals(List.of(0, 1, 1, 0), List.of(status(0), status(1), status(2), status(3)));
        assertEquals(Played.ALL_SET, played.status(), "the device goes on");
    }

    /** §2.4: the driver goes on when they are done; the baton is free meanwhile. */
    @Test
    void waitsForWorkersWhenTheDriverResetsIt() throws IOException {
        slow();
        send(0, 0, 1);
        played.status(0);
        played.board.run();
        assertFalse(played.board.deferred().get(0).answered(), "the driver waits");
        workers.remove().run();
        played.board.run();
        assertTrue(played.board.deferred().get(0).answered());
        assertEquals(0, played.status());
        assertEquals(List.of(), back(), "forgotten");
    }

    /** A machine's reset, or a swap, is no access that could be answered later: the thread waits. */
    @ParameterizedTest(name = "swap={0}")
    @ValueSource(booleans = {true, false})
    void isWaitedForByWhoEndsIt(boolean swap) throws Exception {
        slow();
        send(0, 0, 1);
        Thread ends = new Thread(swap ? played.plug::save : played.plug::reset, "ends");
        ends.start();
        while (ends.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertEquals(0, played.board.memory().load(AREA + 512, 1), "not read yet");
        workers.remove().run();
        ends.join();
        assertEquals(swap ? List.of(0) : List.of(), back(), "a successor would not tell of it");
        assertEquals(swap ? 1 : 0, played.board.memory().load(AREA + 512, 1));
    }

    /** It touches no memory of the guest's, and nothing that is written: nobody waits for an fdatasync. */
    @ParameterizedTest(name = "by the driver={0}")
    @ValueSource(booleans = {true, false})
    void forgetsAFlushAtAReset(boolean byDriver) throws IOException {
        start(100, 1L << 9);
        send(0, 4, 0);
        if (byDriver) {
            played.status(0);
        } else {
            played.plug.reset();
        }
        assertEquals(List.of(), played.board.deferred());
        assertEquals(0, played.status());
        Runnable flush = workers.remove();
        restart(1L << 9);
        for (int i = 0; i < 2 * DEPTH; i++) {
            send(i, 4, 0);
        }
        assertEquals(DEPTH - 1, workers.size(), "the one before still has its place");
        flush.run();
        assertEquals(List.of(), back());
        assertEquals(0, image.flushes, "it had not begun");
        int seen = 0;
        while (!workers.isEmpty()) {
            work();
            seen += back().size();
        }
        assertEquals(2 * DEPTH, seen);
        assertEquals(2 * DEPTH, image.flushes);
    }

    private void restart(long features) {
        slots.clear();
        driver = played.start(features, 0, 64);
    }

    /** §2.6.1: only its own requests are waited for. */
    @Test
    void waitsForTheRequestsOfTheQueueThatIsReset() throws IOException {
        Settings settings = new Settings(2, 256, DEPTH, false, 512, 512, 0, "");
        device = new BlockDevice(settings, image, workers::add, () -> hostNanos += 1_000_000);
        BlockDriver both = new BlockDriver(Played.of(true, device));
        both.start(BlockDriver.F_FLUSH | Features.RING_RESET, 2, 16);
        for (int i = 0; i < 3; i++) {
            both.request(BlockDriver.IN, 0, 512);
        }
        both.send(0, 0, BlockDriver.IN, 5, 512);
        both.send(1, 1, BlockDriver.IN, 6, 512);
        both.played.select(1);
        Runnable first = workers.remove();
        workers.remove().run();
        both.played.resetQueue();
        both.played.board.run();
        assertEquals(List.of(), both.played.board.deferred());
        both.played.select(0);
        both.played.resetQueue();
        assertEquals(1, both.played.board.deferred().size());
        first.run();
        both.played.board.run();
        assertTrue(both.played.board.deferred().get(0).answered());
        assertEquals(List.of(), both.back(0));
    }

    /** What has not begun, and what is done in parts, ends early once nobody will hear of it. */
    @Test
    void endsLongWorkEarly() throws IOException {
        image.length = 1L << 40;
        start(100, BlockDriver.F_SPACE | 1L << 9);
        for (int slot = 0; slot < 2; slot++) {
            long at = AREA + 0x1000L * slot;
            played.board.memory().store(at, 4, 13);
            played.board.memory().store(at + 512, 8, 0);
            played.board.memory().store(at + 520, 8, 0x20_0000); // 1 GiB
            List<Piece> pieces =
                    List.of(Piece.read(at, 16), Piece.read(at + 512, 16), Piece.write(at + 16, 1));
            slots.put(driver.add(pieces), slot);
        }
        played.ring(0);
        image.meanwhile =
                () -> {
                    if (image.calls.size() == 5) {
                        played.status(0);
                    }
                };
        work();
        assertEquals(5, image.calls.size(), image.calls.toString());
        played.board.run();
        assertTrue(played.board.deferred().get(0).answered());
        assertEquals(0, played.status());
    }

    @Test
    void writesThroughWhereNoFlushWasNegotiated() throws IOException {
        start(100, 0);
        send(0, 1, 1);
        assertEquals(List.of(), back());
        work();
        assertEquals(List.of(0), back());
        assertEquals(List.of("write 512+512", "flush"), image.calls, "§5.2.6.2");
    }

    @Test
    void flushesWhereThatWasNegotiated() throws IOException {
        start(100, 1L << 9);
        send(0, 1, 1);
        assertEquals(0, image.flushes);
        send(1, 4, 0);
        assertEquals(List.of(0), back());
        work();
        assertEquals(List.of(1), back(), "over when the image says so");
        assertEquals(List.of("write 512+512", "flush"), image.calls);
    }

    @Test
    void changesItsCacheWhereThatWasNegotiated() throws IOException {
        start(100, 1L << 9 | 1L << 11);
        assertEquals(1, played.configuration(32, 1));
        played.configure(32, 1, 0);
        send(0, 1, 1);
        work();
        assertEquals(1, image.flushes, "write-through");
        played.configure(32, 1, 1);
        assertEquals(List.of(0), back());
        send(1, 1, 1);
        work();
        assertEquals(1, image.flushes, "write-back");
    }

    /** §5.2.5.2: a driver that cannot flush begins without a cache; §3.1.1, step 7: it may look, and write, at once. */
    @ParameterizedTest(name = "swapped before={0}, when agreed={1}, when it runs={2}")
    @CsvSource({
        "false, false, false",
        "true, false, false",
        "false, true, false",
        "false, false, true",
        "true, true, true"
    })
    void beginsWriteThroughWhereNoFlushWasNegotiated(boolean before, boolean agreed, boolean runs)
            throws IOException {
        start(100, 0);
        played.status(0);
        if (before) {
            swap();
        }
        assertTrue(played.negotiate(1L << 11 | Features.VERSION_1));
        assertEquals(0, played.configuration(32, 1));
        if (agreed) {
            played.configure(32, 1, 1);
            swap();
            assertEquals(1, played.configuration(32, 1));
            played.configure(32, 1, 0);
        }
        driver = played.setUp(0, 0, 64);
        played.status(Played.ALL_SET);
        if (runs) {
            swap();
        }
        assertEquals(0, played.configuration(32, 1));
        send(0, 1, 1);
        work();
        assertEquals(1, image.flushes);
    }

    private void swap() throws IOException {
        DeviceState state = played.plug.save();
        TestBoard next = played.board.successor();
        Settings settings = new Settings(1, 256, DEPTH, false, 512, 512, 0, "");
        BlockDevice successor =
                new BlockDevice(settings, image, workers::add, () -> hostNanos += step);
        Played after = Played.of(true, next, successor);
        next.adopt(played.board);
        after.plug.restore(state);
        played = after;
        played.find();
    }

    /** §2.5.2: a driver that reads the configuration before DRIVER_OK sees that another was there before. */
    @ParameterizedTest(name = "status {0}")
    @ValueSource(ints = {0, 3, 11})
    void changesTheGenerationWhateverTheDriverHasReached(int status) throws IOException {
        start(100, 0);
        if (status == 11) {
            played.negotiate(Features.VERSION_1);
        } else {
            played.status(0);
            played.status(status);
        }
        int before = played.generation();
        swap();
        assertEquals(before, played.generation(), "the same disk");
        image.length = 512 * 3;
        swap();
        assertNotEquals(before, played.generation());
        assertEquals(3, played.configuration(0, 8));
        assertEquals(0, played.takeInterrupt(), "it does not run yet");
    }

    @Test
    void readsAtOnceWhatIsAtHandWhateverIsWithWorkers() throws IOException {
        image.tells = true;
        start(1_000_000, 1L << 9);
        send(0, 4, 0);
        image.atHand = 512;
        send(1, 0, 3);
        assertEquals(List.of(1), back(), "before the flush");
        image.atHand = 100;
        send(2, 0, 5);
        assertEquals(List.of(), back());
        work();
        assertEquals(List.of(0, 2), back());
        assertEquals(List.of("flush", "read 2660+412"), image.calls, "what was not at hand");
        assertEquals(5, played.board.memory().load(AREA + 0x2000 + 512 + 511, 1));
    }

    /** ADR 10: a slow host is tried now and then, and the trial does not wait for workers under the baton. */
    @Test
    void leavesASlowHostToWorkersUntilTheNextTrial() throws IOException {
        slow();
        send(0, 0, 0); // stays with its worker
        Runnable held = workers.remove();
        for (int i = 0; i < 63; i++) {
            send(1, 0, i);
            assertEquals(1, workers.size(), "request " + i);
            work();
            assertEquals(List.of(1), back());
        }
        step = 100;
        send(1, 0, 7);
        assertEquals(List.of(), back(), "the trial comes when workers have nothing left");
        held.run();
        assertEquals(List.of(0, 1), back());
        for (int i = 0; i < 500; i++) {
            send(1, 0, i);
            assertEquals(List.of(1), back());
            assertEquals(0, workers.size(), "request " + i);
        }
    }

    @Test
    void tellsThatItsSuccessorHasAnotherLength() throws IOException {
        start(100, 0);
        image.length = 512 * 3;
        swap();
        assertEquals(2, played.takeInterrupt() & 2, "a configuration change");
        assertEquals(3, played.configuration(0, 8));
        send(0, 0, 3);
        assertEquals(List.of(0), back());
        assertEquals(1, status(0), "a request beyond the end of a disk that shrank");
        send(1, 0, 2);
        assertEquals(List.of(1), back());
        assertEquals(0, status(1));
    }
}
