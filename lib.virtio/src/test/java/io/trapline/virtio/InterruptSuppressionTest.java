package io.trapline.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.virtio.RingDriver.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** VIRTIO 1.2, §2.7.7, §2.7.10, §2.8.10: who wants to hear of what, and is told. */
class InterruptSuppressionTest {
    private static final long BUFFER = 0x8_0000;
    private static final long EVENT = Features.RING_EVENT_IDX;
    private static final long PACKED = Features.RING_PACKED;

    private final Sink sink = new Sink();
    private final Played played = Played.of(false, sink);

    private void add(RingDriver driver, int buffers) {
        for (int i = 0; i < buffers; i++) {
            driver.add(List.of(Piece.write(BUFFER, 1)));
        }
        played.ring(0);
    }

    @ParameterizedTest(name = "packed={0} event index={1}")
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void tellsADriverThatWantsToHear(boolean packed, boolean event) {
        RingDriver driver = played.start((packed ? PACKED : 0) | (event ? EVENT : 0), 0, 8);
        Random random = new Random(3);
        boolean wanted = true;
        for (int round = 0; round < 300; round++) { // many times round the ring
            driver.interrupts(wanted, event);
            int buffers = 1 + random.nextInt(5);
            add(driver, buffers);
            assertEquals(wanted ? 1 : 0, played.takeInterrupt(), "round " + round);
            assertEquals(buffers, driver.pollAll().size());
            wanted = random.nextBoolean();
        }
    }

    /** §2.7.7.2: at the entry that the driver named, and not again. */
    @Test
    void tellsAtTheEntryThatTheDriverNamed() {
        RingDriver.Split driver = (RingDriver.Split) played.start(EVENT, 0, 8);
        List<Integer> told = new ArrayList<>();
        for (int used = 0; used < 8; used++) {
            driver.event(5);
            add(driver, 1);
            if (played.takeInterrupt() != 0) {
                told.add(used);
            }
            driver.pollAll();
        }
        assertEquals(List.of(5), told);
    }

    /** §2.7.10: the device asks to hear of the next buffer, the driver need not tell of others. */
    @Test
    void asksForTheNextBuffer() {
        RingDriver driver = played.start(EVENT, 0, 8);
        long availEvent = driver.deviceArea + 4 + 8L * 8;
        assertEquals(0, driver.memory.load(availEvent, 2));
        add(driver, 3);
        assertEquals(3, driver.memory.load(availEvent, 2));
    }

    /** §2.8.10. */
    @Test
    void asksForTheNextDescriptorOfAPackedRing() {
        RingDriver driver = played.start(PACKED | EVENT, 0, 8);
        assertEquals(0x8000 | 2 << 16, driver.memory.load(driver.deviceArea, 4));
        add(driver, 5);
        assertEquals(0x8005 | 2 << 16, driver.memory.load(driver.deviceArea, 4));
        driver.pollAll();
        add(driver, 5);
        assertEquals(0x0002 | 2 << 16, driver.memory.load(driver.deviceArea, 4), "once round");
    }

    /** §2.7.9: with IN_ORDER what is done early waits for what came before. */
    @ParameterizedTest(name = "packed={0} in order={1}")
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void givesBuffersBackInAnyOrderOrInTheirs(boolean packed, boolean inOrder) {
        sink.echo = false;
        RingDriver driver =
                played.start((packed ? PACKED : 0) | (inOrder ? Features.IN_ORDER : 0), 0, 8);
        Random random = new Random(11);
        for (int round = 0; round < 200; round++) {
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                ids.add(driver.add(List.of(Piece.write(BUFFER, 1 + i))));
            }
            played.ring(0);
            List<Chain> chains = new ArrayList<>(sink.held);
            sink.held.clear();
            List<Integer> done = new ArrayList<>();
            while (!chains.isEmpty()) {
                Chain chain = chains.remove(random.nextInt(chains.size()));
                done.add(ids.get((int) chain.writable() - 1));
                sink.port.queue(0).used(chain, chain.writable());
            }
            sink.port.queue(0).flush();
            List<Integer> seen = driver.pollAll().stream().map(RingDriver.Used::id).toList();
            assertEquals(inOrder ? ids : done, seen, "round " + round);
        }
    }
}
