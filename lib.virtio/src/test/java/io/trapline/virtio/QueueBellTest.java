package io.trapline.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.virtio.RingDriver.Piece;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** VIRTIO 1.2, §2.7.10 and §2.8.10: while a ring is watched, its driver is not asked to notify. */
class QueueBellTest {
    private static final long BUFFER = 0x8_0000;
    private static final int SIZE = 8;

    private final Sink sink = new Sink();
    private final Played played = Played.of(false, sink);
    private RingDriver driver;
    private QueueBell bell;

    private void start(long features) {
        driver = played.start(features, 0, SIZE);
        bell = new QueueBell((Negotiation) sink.port, 0);
    }

    private void add() {
        driver.add(List.of(Piece.write(BUFFER, 1)));
    }

    private long wish(boolean packed, boolean event) {
        long at = driver.deviceArea;
        return packed ? driver.memory.load(at, 4) : driver.memory.load(event ? at + 68 : at, 2);
    }

    @ParameterizedTest(name = "packed={0} event index={1}: {2} before, {3} watched, {4} after")
    @CsvSource({
        "false, false, 0x0, 0x1, 0x0", // VIRTQ_USED_F_NO_NOTIFY
        "false, true, 0x0, 0x0, 0x2", // avail_event stays behind
        "true, false, 0x0, 0x10000, 0x0", // RING_EVENT_FLAGS_DISABLE
        "true, true, 0x28000, 0x18000, 0x28002" // and RING_EVENT_FLAGS_DESC
    })
    void keepsTheDriverFromRinging(
            boolean packed, boolean event, String before, String watched, String after) {
        start((packed ? Features.RING_PACKED : 0) | (event ? Features.RING_EVENT_IDX : 0));
        assertEquals(Long.decode(before), wish(packed, event));
        for (int i = 0; i < 2; i++) {
            add();
            assertTrue(bell.due());
            bell.rung(true);
            assertFalse(bell.due());
            sink.port.queue(0).quiet(); // as a device does that serves
            assertEquals(Long.decode(watched), wish(packed, event));
        }
        bell.rung(false);
        assertEquals(Long.decode(after), wish(packed, event));
        assertEquals(2, driver.pollAll().size());
    }

    @Test
    void takesWhatCameBeforeTheWatchWasOver() {
        start(0);
        bell.rung(true);
        add();
        bell.rung(false);
        assertEquals(1, driver.pollAll().size());
        assertEquals(0, wish(false, false));
    }

    /** The watcher looks while the device serves, and what it saw is old by the time that it has an answer. */
    @ParameterizedTest(name = "packed={0}")
    @ValueSource(booleans = {false, true})
    void leavesNothingOfWhatItSaw(boolean packed) {
        start(packed ? Features.RING_PACKED : 0);
        add();
        boolean[] once = {true};
        driver.memory.watch(
                (address, length) -> {
                    if (once[0]) {
                        once[0] = false;
                        bell.rung(true);
                        add();
                        bell.rung(true);
                    }
                });
        bell.due();
        add();
        bell.rung(false);

        assertEquals(Played.ALL_SET, played.status());
        assertEquals(3, driver.pollAll().size());
    }

    /** Who looks again and again would only burn a processor. */
    @Test
    void isNotDueForADeviceThatTakesNothing() {
        start(0);
        add();
        assertTrue(bell.due());
        sink.port.broken("by the test");
        bell.rung(true);
        assertFalse(bell.due());
    }

    @Test
    void isNotDueWithoutAQueue() {
        start(0);
        add();
        played.status(0);
        assertFalse(bell.due());
        bell.rung(true);
        bell.rung(false);
    }
}
