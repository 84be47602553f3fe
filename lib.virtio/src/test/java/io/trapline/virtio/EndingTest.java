package io.trapline.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.tck.TestDeferred;
import io.trapline.virtio.RingDriver.Piece;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** VIRTIO 1.2, §2.4 and §2.6.1: a driver's reset waits for the host's I/O, and keeps nobody else waiting. */
class EndingTest {
    private static final List<Piece> ONE = List.of(Piece.write(0x8_0000, 4));

    private final Sink sink = new Sink();
    private RingDriver first;
    private RingDriver second;

    /** Two queues, a buffer of the first in flight, which is not let go of at once. */
    private Played busy(boolean pci) {
        Played played = Played.of(pci, sink);
        assertTrue(played.negotiate(Features.VERSION_1 | Features.RING_RESET));
        first = played.setUp(0, 0, 8);
        second = played.setUp(0, 1, 8);
        played.status(Played.ALL_SET);
        sink.echo = false;
        first.add(ONE);
        played.ring(0);
        played.board.run();
        sink.drains = false;
        sink.log.clear();
        return played;
    }

    private static void resetFirst(Played played) {
        played.select(0);
        played.resetQueue();
    }

    private static List<Boolean> answered(Played played) {
        return played.board.deferred().stream().map(TestDeferred::answered).toList();
    }

    @ParameterizedTest(name = "§2.4: the device is reset once it has let go of all, pci={0}")
    @ValueSource(booleans = {false, true})
    void resetsTheDevice(boolean pci) {
        Played played = busy(pci);
        Virtqueue queue = sink.port.queue(0);
        played.status(0);
        assertEquals(List.of("drain 0", "drain 1"), sink.log);
        assertEquals(List.of(false), answered(played));
        assertEquals(Played.ALL_SET, played.status(), "it is not done");
        sink.port.drained(sink.port.queue(1));
        played.board.run();
        sink.port.drained(queue);
        assertEquals(List.of("drain 0", "drain 1"), sink.log, "not while it calls");
        played.board.run();
        sink.port.drained(queue);
        played.board.run();
        assertEquals(List.of("drain 0", "drain 1", "stop 0", "stop 1", "reset"), sink.log);
        assertEquals(List.of(true), answered(played));
        assertEquals(0, played.status());
        assertFalse(played.enabled());
        assertEquals(List.of(), first.pollAll());
    }

    @ParameterizedTest(
            name = "§2.4: what others write meanwhile has no effect, but a reset, pci={0}")
    @ValueSource(booleans = {false, true})
    void takesOnlyAnotherReset(boolean pci) {
        Played played = busy(pci);
        played.status(0);
        sink.log.clear();
        first.add(ONE);
        played.ring(0);
        second.add(ONE);
        played.ring(1);
        played.status(0x80);
        played.configure(0, 1, 9);
        assertEquals(Played.ALL_SET, played.status());
        played.status(0);
        resetFirst(played);
        played.board.run();
        assertEquals(List.of(), sink.log);
        assertEquals(List.of(false, false, false), answered(played));
        sink.port.drained(sink.port.queue(0));
        sink.port.drained(sink.port.queue(1));
        played.board.run();
        assertEquals(List.of(true, true, true), answered(played), "together");
        assertEquals(List.of("stop 0", "stop 1", "reset"), sink.log);
        sink.echo = true;
        RingDriver again = played.start(0, 0, 8);
        again.add(ONE);
        played.ring(0);
        assertEquals(1, again.pollAll().size());
    }

    @ParameterizedTest(name = "§2.6.1: one queue is reset, the other goes on, pci={0}")
    @ValueSource(booleans = {false, true})
    void resetsAQueue(boolean pci) {
        Played played = busy(pci);
        resetFirst(played);
        assertEquals(List.of(false), answered(played));
        assertTrue(played.enabled());
        assertTrue(played.resetting(), "§4.1.4.3.1: 1 while the reset is under way");
        sink.echo = true;
        first.add(ONE);
        played.ring(0);
        second.add(ONE);
        played.ring(1);
        assertEquals(1, second.pollAll().size());
        assertEquals(1, played.takeInterrupt());
        assertEquals(List.of("drain 0", "1: 0 in, 4 out"), sink.log);
        sink.port.drained(sink.port.queue(0));
        played.board.run();
        assertEquals(List.of(true), answered(played));
        played.select(0);
        assertFalse(played.enabled());
        assertFalse(played.resetting());
        assertEquals(List.of(), first.pollAll());
        RingDriver again = played.setUp(0, 0, 4);
        again.add(ONE);
        played.ring(0);
        assertEquals(1, again.pollAll().size());
    }

    @Test
    void answersTwoThatWaitForTwoQueuesTogether() {
        Played played = busy(true);
        resetFirst(played);
        played.select(1);
        played.resetQueue();
        sink.port.drained(sink.port.queue(0));
        played.board.run();
        assertEquals(List.of(false, false), answered(played));
        sink.port.drained(sink.port.queue(1));
        played.board.run();
        assertEquals(List.of(true, true), answered(played));
        assertEquals(List.of("drain 0", "drain 1", "stop 0", "stop 1"), sink.log);
    }

    @Test
    void keepsNobodyWaitingForAQueueThatIsFree() {
        Played played = busy(true);
        resetFirst(played);
        sink.drains = true;
        played.select(1);
        played.resetQueue();
        assertFalse(played.enabled());
        assertEquals(List.of(false), answered(played));
        assertEquals(List.of("drain 0", "drain 1", "stop 1"), sink.log);
    }

    @ParameterizedTest(name = "the device is reset while a queue is, pci={0}")
    @ValueSource(booleans = {false, true})
    void resetsTheDeviceWhileAQueueEnds(boolean pci) {
        Played played = busy(pci);
        resetFirst(played);
        sink.drains = true;
        played.status(0);
        assertEquals(List.of("drain 0", "drain 1"), sink.log);
        sink.port.drained(sink.port.queue(0));
        played.board.run();
        assertEquals(List.of(true, true), answered(played));
        assertEquals(0, played.status());
    }

    /** What cannot wait for the device's word has the device wait. */
    private void completes(Consumer<Played> what, Consumer<Played> check) {
        for (boolean pci : new boolean[] {false, true}) {
            for (boolean whole : new boolean[] {false, true}) {
                sink.drains = true;
                sink.log.clear();
                Played played = busy(pci);
                if (whole) {
                    played.status(0);
                } else {
                    resetFirst(played);
                }
                Virtqueue queue = sink.port.queue(0);
                what.accept(played);
                assertEquals(List.of(true), answered(played), sink.log.toString());
                sink.port.drained(queue);
                played.board.run();
                assertEquals(1, sink.log.stream().filter("stop 0"::equals).count());
                assertEquals(List.of(), first.pollAll(), "the driver hears of nothing");
                check.accept(played);
            }
        }
    }

    @Test
    void isCompleteOnceTheMachineIsReset() {
        completes(played -> played.plug.reset(), played -> assertEquals(0, played.status()));
    }

    @Test
    void isCompleteInTheStateOfASuccessor() {
        completes(
                played -> played.plug.save(),
                played -> {
                    played.select(0);
                    assertFalse(played.enabled());
                });
    }

    @Test
    void isCompleteOnceMemoryIsOutOfReach() {
        Played played = busy(true);
        played.status(0);
        played.board.configure(0, 0x04, 2, 2);
        assertEquals(List.of(true), answered(played));
        assertEquals(0, played.status());
    }

    @Test
    void waitsOutsideAnAccess() {
        Played played = busy(false);
        played.board.claim().region().write(0x70, 4, 0);
        assertEquals(0, played.status());
        assertEquals(List.of(), played.board.deferred());
        assertEquals(List.of("drain 0", "drain 1", "stop 0", "stop 1", "reset"), sink.log);
    }

    @Test
    void isNoHurryForWhoLooksThroughConfigurationSpace() {
        Played played = busy(true);
        int window = played.window();
        played.board.configure(0, window + 4, 1, 4);
        played.board.configure(0, window + 8, 4, 20); // device_status
        played.board.configure(0, window + 12, 4, 1);
        played.board.configure(0, window + 16, 1, 0);
        assertEquals(List.of(false), answered(played), "§4.1.4.9");
        assertEquals(Played.ALL_SET, played.status());
        sink.port.drained(sink.port.queue(0));
        sink.port.drained(sink.port.queue(1));
        played.board.run();
        assertEquals(List.of(true), answered(played));
        assertEquals(0, played.status());
    }
}
