package io.trapline.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.virtio.RingDriver.Piece;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Virtqueue#serve}: a driver on another vCPU that adds buffers all the time keeps nobody else waiting. */
class ServeTest {
    private static final List<Piece> ONE = List.of(Piece.write(0x8_0000, 1));
    private static final int SIZE = 8;

    /** A device whose driver has another buffer for it whenever it has taken one. */
    private static final class Busy implements VirtioDevice {
        private VirtioPort port;
        private Chain chain;
        private RingDriver driver;
        private int more;
        private int served;

        @Override
        public int type() {
            return 42;
        }

        @Override
        public void install(VirtioPort port) {
            this.port = port;
            chain = new Chain(port.board().memory());
        }

        @Override
        public void available(Virtqueue queue) {
            queue.serve(
                    chain,
                    buffer -> {
                        port.queue(0).used(buffer, 1);
                        served++;
                        if (more > 0) {
                            more--;
                            driver.poll();
                            driver.add(ONE);
                        }
                    });
        }
    }

    private final Busy busy = new Busy();

    private Played start(long ring, int more) {
        Played played = Played.of(false, busy);
        busy.driver = played.start(ring, 0, SIZE);
        busy.more = more;
        busy.driver.add(ONE);
        return played;
    }

    @ParameterizedTest(name = "ring features {0}")
    @ValueSource(longs = {0, Features.RING_PACKED, Features.RING_EVENT_IDX})
    void servesAsManyAsTheQueueHoldsAndThenLetsOthers(long ring) {
        Played played = start(ring, 3 * SIZE - 1);
        played.ring(0);
        assertEquals(SIZE, busy.served);
        assertEquals(1, played.takeInterrupt(), "the driver hears of them");
        assertEquals(1, played.board.mailbox().size());
        played.board.run();
        assertEquals(3 * SIZE, busy.served, "without another notification");
        assertEquals(0, played.board.mailbox().size());
    }

    @ParameterizedTest(name = "ring features {0}")
    @ValueSource(longs = {0, Features.RING_PACKED})
    void needsNoOtherTurnForAFullQueue(long ring) {
        Played played = start(ring, SIZE - 1);
        played.ring(0);
        assertEquals(SIZE, busy.served);
        assertEquals(0, played.board.run());
    }

    @ParameterizedTest(name = "reset={0}")
    @ValueSource(booleans = {false, true})
    void forgetsTheRestOfAQueueThatEnds(boolean reset) {
        Played played = start(0, 3 * SIZE - 1);
        played.ring(0);
        if (reset) {
            played.status(0);
        } else {
            ((RingDriver.Split) busy.driver).publish(99); // breaks a rule
        }
        played.board.run();
        assertEquals(reset ? SIZE : SIZE + 1, busy.served);
    }
}
