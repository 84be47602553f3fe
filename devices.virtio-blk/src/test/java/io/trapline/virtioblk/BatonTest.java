package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.virtio.Played;
import io.trapline.virtio.RingDriver;
import io.trapline.virtio.RingDriver.Piece;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A driver that adds a request whenever one is done does not keep the baton for ever, nor from others. */
class BatonTest {
    private static final long AREA = 0x80_0000;
    private static final int SIZE = 16;

    private final NumberedImage image = new NumberedImage();
    private BlockDevice device;
    private Played played;
    private RingDriver busy;
    private RingDriver other;
    private int added;

    private void start(Limits limits) throws IOException {
        Settings settings = new Settings(2, SIZE, 8, false, 512, 512, 0, "");
        device = new BlockDevice(settings, image, Runnable::run, () -> 0);
        device.limits(limits);
        played = Played.of(true, device);
        played.negotiate(1L << 9 | 1L << 32);
        busy = played.setUp(0, 0, SIZE);
        other = played.setUp(0, 1, SIZE);
        played.status(Played.ALL_SET);
        image.meanwhile = this::addOneMore;
    }

    private void addOneMore() {
        busy.pollAll();
        if (added < 10 * SIZE) {
            added++;
            add(busy, 0);
        }
    }

    private void add(RingDriver driver, int slot) {
        long at = AREA + 0x1000L * slot;
        played.board.memory().store(at, 8, BlockDriver.IN);
        played.board.memory().store(at + 8, 8, 7);
        driver.add(List.of(Piece.read(at, 16), Piece.write(at + 512, 513)));
    }

    @Test
    void takesAsMuchAsAQueueHoldsInOneGo() throws IOException {
        start(Limits.NONE);
        add(busy, 0);
        add(busy, 0);
        played.ring(0);
        assertEquals(SIZE, image.calls.size());
        assertEquals(1, played.takeInterrupt(), "the driver hears of what is done");
        add(other, 1);
        played.ring(1);
        assertTrue(other.poll() != null, "the other queue has its turn");
        int turns = played.board.run();
        assertEquals(10 * SIZE + 3, image.calls.size(), "nothing is left behind");
        assertTrue(turns >= 9, "turns: " + turns);
    }

    @Test
    void goesOnInTheSameWayAfterItHadToWait() throws IOException {
        start(new Limits(1, 1, 0, 0));
        add(busy, 0);
        add(busy, 0);
        played.ring(0);
        assertEquals(1, image.calls.size(), "its rate is limited");
        device.limits(Limits.NONE);
        int turns = played.board.run();
        assertEquals(10 * SIZE + 2, image.calls.size());
        assertTrue(turns >= 9, "turns: " + turns);
    }
}
