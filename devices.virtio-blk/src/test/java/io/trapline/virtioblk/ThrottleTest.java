package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.DeviceState;
import io.trapline.tck.TestBoard;
import io.trapline.virtio.Features;
import io.trapline.virtio.Played;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The limits of a disk's rate, in the machine's time. */
class ThrottleTest {
    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1000 * MILLISECOND;

    private final NumberedImage image = new NumberedImage();
    private BlockDevice device;
    private BlockDriver driver;

    private void start(int queues, Limits limits) throws IOException {
        device = device(queues);
        device.limits(limits); // before it is anywhere
        driver =
                new BlockDriver(Played.of(true, device))
                        .start(BlockDriver.F_FLUSH | BlockDriver.F_SPACE, queues, 64);
    }

    private BlockDevice device(int queues) throws IOException {
        Settings settings = new Settings(queues, 256, 128, false, 512, 512, 0, "");
        return new BlockDevice(settings, image, Runnable::run, () -> 0);
    }

    private void change(Limits limits) {
        device.limits(limits);
        driver.played.board.run();
    }

    private int after(long nanos) {
        driver.played.board.time().advance(nanos);
        return driver.back(0).size();
    }

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            driver.add(0, i, BlockDriver.IN, i, 512);
        }
        driver.played.ring(0);
    }

    @Test
    void letsOperationsPassAtTheirRate() throws IOException {
        start(1, new Limits(100, 3, 0, 0));
        send(10);
        assertEquals(3, after(0), "the burst");
        assertEquals(0, after(10 * MILLISECOND - 1));
        assertEquals(1, after(1));
        assertEquals(4, after(40 * MILLISECOND));
        assertEquals(2, after(SECOND));
        send(10);
        assertEquals(3, after(0), "the burst is back");
    }

    @Test
    void letsBytesPassAtTheirRate() throws IOException {
        start(1, new Limits(0, 0, 5120, 512));
        driver.send(0, 0, BlockDriver.IN, 0, 5120); // more than the burst: lent
        driver.send(0, 1, BlockDriver.OUT, 0, 512);
        driver.send(0, 2, BlockDriver.FLUSH, 0, 0);
        assertEquals(List.of(0), driver.back(0));
        driver.played.board.time().advance(900 * MILLISECOND);
        assertEquals(List.of(), driver.back(0));
        driver.played.board.time().advance(MILLISECOND);
        assertEquals(List.of(1), driver.back(0));
        driver.played.board.time().advance(100 * MILLISECOND);
        assertEquals(List.of(2), driver.back(0), "in the order of the ring");
    }

    @Test
    void countsNoBytesOfWhatMovesNone() throws IOException {
        start(1, new Limits(0, 0, 512, 512));
        driver.segment(0, 0, 0, 2000, 0);
        assertEquals(0, driver.request(BlockDriver.DISCARD, 0, 16));
        assertEquals(1, driver.request(BlockDriver.IN, 1L << 40, 4096), "refused, costs nothing");
        driver.segment(0, 0, 0, 2, 0);
        assertEquals(0, driver.request(BlockDriver.WRITE_ZEROES, 0, 16));
        driver.send(0, 1, BlockDriver.IN, 0, 512);
        assertEquals(0, after(SECOND - 1), "two sectors of zeroes, at one a second");
        assertEquals(1, after(10 * MILLISECOND));
    }

    @Test
    void isChangedWhileRequestsWait() throws IOException {
        start(1, new Limits(1, 1, 0, 0));
        send(20);
        assertEquals(1, after(0));
        change(new Limits(10, 4, 0, 0));
        assertEquals(4, driver.back(0).size());
        assertEquals(1, after(100 * MILLISECOND));
        change(Limits.NONE);
        assertEquals(14, driver.back(0).size());
        assertEquals(0, driver.played.board.time().armed());
        send(5);
        assertEquals(5, after(0));
        change(new Limits(1, 1, 0, 0));
        send(5);
        assertEquals(1, after(0));
    }

    /** What waits stays in the ring: a reset has nothing to wait for, and the guest cannot buy time with one. */
    @Test
    void forgetsWhatWaitsAtAReset() throws IOException {
        start(1, new Limits(1, 1, 0, 0));
        send(10);
        assertEquals(1, after(0));
        driver.played.status(0);
        assertEquals(0, driver.played.status());
        driver.played.board.time().advance(100 * MILLISECOND);
        BlockDriver again = new BlockDriver(driver.played).start(0, 1, 64);
        again.send(0, 0, BlockDriver.IN, 0, 512);
        assertEquals(List.of(), again.back(0), "the rate goes on");
        driver.played.board.time().advance(900 * MILLISECOND);
        assertEquals(List.of(0), again.back(0));
    }

    @Test
    void forgetsWhatWaitsAtAResetOfAQueue() throws IOException {
        device = device(1);
        device.limits(new Limits(1, 1, 0, 0));
        driver = new BlockDriver(Played.of(true, device)).start(Features.RING_RESET, 1, 64);
        send(10);
        assertEquals(1, after(0));
        driver.played.select(0);
        driver.played.resetQueue();
        assertEquals(0, after(10 * SECOND));
    }

    @Test
    void servesQueuesInTurn() throws IOException {
        start(3, new Limits(10, 1, 0, 0));
        for (int i = 0; i < 6; i++) {
            for (int queue = 0; queue < 3; queue++) {
                driver.add(queue, 6 * queue + i, BlockDriver.IN, 0, 512);
            }
        }
        for (int queue = 0; queue < 3; queue++) {
            driver.played.ring(queue);
        }
        assertEquals(List.of(0), driver.back(0), "the burst");
        List<Integer> counts = new ArrayList<>();
        driver.played.board.time().advance(6 * 100 * MILLISECOND);
        for (int queue = 0; queue < 3; queue++) {
            counts.add(driver.back(queue).size());
        }
        assertEquals(List.of(2, 2, 2), counts);
    }

    @Test
    void leavesWhatWaitsToItsSuccessor() throws IOException {
        start(1, new Limits(2, 1, 0, 0));
        send(5);
        assertEquals(1, after(0));
        DeviceState state = driver.played.plug.save();
        TestBoard board = driver.played.board.successor();
        BlockDevice next = device(1);
        next.limits(new Limits(2, 2, 0, 0));
        Played after = Played.of(true, board, next);
        board.adopt(driver.played.board);
        after.plug.restore(state);
        after.find();
        driver = driver.with(after);
        assertEquals(0, after(0), "a swap is no new burst");
        assertEquals(1, after(500 * MILLISECOND));
        assertEquals(3, after(2 * SECOND));
    }

    @Test
    void armsOneTimerAndGrowsNothing() throws IOException {
        start(1, new Limits(1, 1, 0, 0));
        send(20);
        for (int i = 0; i < 1000; i++) {
            driver.played.ring(0);
        }
        assertEquals(1, driver.played.board.time().armed());
        assertTrue(driver.played.board.mailbox().isEmpty());
        assertEquals(1, driver.back(0).size());
    }

    @Test
    void refusesLimitsThatMakeNoSense() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new Limits(-1, 0, 0, 0));
        assertEquals("iops=-1, wanted 0 (no limit) to 8589934592", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Limits(0, 0, 1L << 34, 0));
    }
}
