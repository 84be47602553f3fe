package io.trapline.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.virtio.RingDriver.Piece;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** VIRTIO 1.2, §2.1, §2.2, §2.6.1 and chapter 3, over both transports. */
class NegotiationTest {
    private static final long BUFFER = 0x8_0000;
    private static final int QUEUE_READY = 0x44;
    private static final long OWN = 1L << 3 | 1L << 50;

    private final Sink sink = new Sink();

    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void offersTheDevicesFeaturesAndTheRings(boolean pci) {
        Played played = Played.of(pci, sink);
        long transport = pci ? Features.NOTIF_CONFIG_DATA : 0;
        assertEquals(
                OWN | Features.OF_THE_RING | transport, played.offered(), "and not bit 27, §2.2");
    }

    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void agreesToAPartOfWhatItOffers(boolean pci) {
        Played played = Played.of(pci, sink);
        assertTrue(played.negotiate(Features.VERSION_1 | OWN));
        assertFalse(played.negotiate(Features.VERSION_1 | 1L << 27), "§2.2.2: not offered");
        assertFalse(played.negotiate(Features.VERSION_1 | 1L << 60));
        assertFalse(played.negotiate(OWN), "§6.1: VERSION_1 is not for choosing");
    }

    @ParameterizedTest(name = "§3.1.1: features changed after FEATURES_OK, pci={0}")
    @ValueSource(booleans = {false, true})
    void takesNoOtherFeaturesOnceTheyAreAgreed(boolean pci) {
        Played played = Played.of(pci, sink);
        assertTrue(played.negotiate(Features.VERSION_1));
        played.accept(Features.VERSION_1 | OWN);
        played.setUp(0, 0, 8);
        played.status(Played.ALL_SET);
        assertEquals(Features.VERSION_1, sink.features, "§3.1.1");
    }

    @ParameterizedTest(
            name = "§3.1.1, step 7: a driver uses configuration before DRIVER_OK, pci={0}")
    @ValueSource(booleans = {false, true})
    void tellsTheDeviceOfTheFeaturesOnceTheyAreAgreed(boolean pci) {
        Played played = Played.of(pci, sink);
        played.negotiate(Features.VERSION_1 | 1L << 60);
        assertEquals(List.of(), sink.agreements, "not agreed");
        assertTrue(played.negotiate(Features.VERSION_1 | 1L << 3));
        assertEquals(List.of(Features.VERSION_1 | 1L << 3), sink.agreements);
        assertFalse(sink.log.contains("start"));
        played.status(Played.ALL_SET);
        assertEquals(1, sink.agreements.size());
        played.status(0);
        played.accept(Features.VERSION_1);
        played.status(Played.ALL_SET);
        assertEquals(List.of(Features.VERSION_1), sink.agreements, "all in one write");
    }

    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void doesNotStartWithoutAgreement(boolean pci) {
        Played played = Played.of(pci, sink);
        played.status(1 | 2 | 4);
        assertEquals(3, played.status(), "DRIVER_OK before FEATURES_OK");
        played.status(0);
        played.accept(1L << 60);
        played.status(Played.ALL_SET);
        assertEquals(3, played.status());
        assertFalse(sink.log.contains("start"));
    }

    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void lowersNoBitOfTheStatusButByAReset(boolean pci) {
        Played played = Played.of(pci, sink);
        played.start(0, 0, 8);
        played.status(1);
        assertEquals(Played.ALL_SET, played.status(), "§2.1.1");
        played.status(0x80);
        assertEquals(0x80 | Played.ALL_SET, played.status(), "FAILED is the driver's");
        played.status(0);
        assertEquals(0, played.status());
        assertFalse(played.enabled());
    }

    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void touchesNoBufferBeforeDriverOk(boolean pci) {
        Played played = Played.of(pci, sink);
        assertTrue(played.negotiate(Features.VERSION_1));
        RingDriver driver = played.setUp(0, 0, 8);
        driver.add(List.of(Piece.write(BUFFER, 4)));
        played.ring(0);
        assertEquals(List.of(), driver.pollAll(), "§3.1.1: it is not live");
        played.status(Played.ALL_SET);
        played.ring(0);
        assertEquals(1, driver.pollAll().size());
    }

    @ParameterizedTest(name = "§4.1.5.2: notify of a queue that is not enabled, pci={0}")
    @ValueSource(booleans = {false, true})
    void takesNoNoticeOfANotificationForAQueueThatIsNotThere(boolean pci) {
        Played played = Played.of(pci, sink);
        played.start(0, 0, 8);
        played.ring(1);
        played.ring(7);
        played.ring(0xFFFF);
        assertEquals(Played.ALL_SET, played.status());
    }

    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void resetsOneQueueAloneAndTakesItAnew(boolean pci) {
        Played played = Played.of(pci, sink);
        assertTrue(played.negotiate(Features.VERSION_1 | Features.RING_RESET));
        played.setUp(0, 0, 8);
        RingDriver other = played.setUp(0, 1, 8);
        played.status(Played.ALL_SET);
        played.select(0);
        played.resetQueue();
        assertFalse(played.enabled(), "§2.6.1");
        assertEquals(Sink.SIZE, played.most());
        RingDriver again = played.setUp(0, 0, 4);
        again.add(List.of(Piece.write(BUFFER, 4)));
        other.add(List.of(Piece.write(BUFFER, 4)));
        played.ring(0);
        played.ring(1);
        assertEquals(1, again.pollAll().size());
        assertEquals(1, other.pollAll().size());
        assertEquals(
                List.of("start", "drain 0", "stop 0"),
                sink.log.subList(sink.log.indexOf("start"), sink.log.indexOf("start") + 3));
    }

    @Test
    @DisplayName("§4.2.2.1, §4.2.2.2: QueueReady 0 stops the queue")
    void stopsAQueueThatIsReadyNoLonger() {
        Played played = Played.of(false, sink);
        sink.echo = false;
        assertTrue(played.negotiate(Features.VERSION_1));
        RingDriver driver = played.setUp(0, 0, 8);
        RingDriver other = played.setUp(0, 1, 8);
        played.status(Played.ALL_SET);
        driver.add(List.of(Piece.write(BUFFER, 4)));
        played.ring(0);
        assertEquals(1, sink.held.size());
        driver.add(List.of(Piece.write(BUFFER, 4)));
        played.select(0);
        played.board.write(Played.MMIO + QUEUE_READY, 4, 0);
        assertEquals(
                0, played.board.read(Played.MMIO + QUEUE_READY, 4), "the driver reads it back");
        played.ring(0);
        played.board.run();
        assertEquals(0, sink.held.size(), "nothing is in flight, nothing more is taken");
        assertEquals(List.of(), driver.pollAll());
        sink.echo = true;
        other.add(List.of(Piece.write(BUFFER, 4)));
        played.ring(1);
        assertEquals(1, other.pollAll().size());
        RingDriver again = played.setUp(0, 0, 4);
        again.add(List.of(Piece.write(BUFFER, 4)));
        played.ring(0);
        assertEquals(1, again.pollAll().size(), "§4.2.3.2: set up anew");
    }

    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void resetsNoQueueAloneWhereThatWasNotNegotiated(boolean pci) {
        Played played = Played.of(pci, sink);
        RingDriver driver = played.start(0, 0, 8);
        played.select(0);
        played.resetQueue();
        assertTrue(played.enabled(), "§2.6.1");
        driver.add(List.of(Piece.write(BUFFER, 4)));
        played.ring(0);
        assertEquals(1, driver.pollAll().size());
    }

    /** §2.6.1: a device may have to wait for all of its requests; the other queue's driver hears of its own. */
    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void tellsTheOtherQueuesDriverOfWhatEndedMeanwhile(boolean pci) {
        Played played = Played.of(pci, sink);
        sink.echo = false;
        sink.stopEndsAll = true;
        assertTrue(played.negotiate(Features.VERSION_1 | Features.RING_RESET));
        RingDriver reset = played.setUp(0, 0, 8);
        RingDriver other = played.setUp(0, 1, 8);
        played.status(Played.ALL_SET);
        other.add(List.of(Piece.write(BUFFER, 4)));
        played.ring(1);
        assertEquals(0, played.takeInterrupt());
        played.select(0);
        played.resetQueue();
        assertEquals(1, other.pollAll().size());
        assertEquals(List.of(), reset.pollAll());
        assertEquals(1, played.takeInterrupt());
    }

    /** §3.1.1: a driver may have filled a queue, and even have notified, before it was ready itself. */
    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void servesWhatWasThereBeforeDriverOk(boolean pci) {
        Played played = Played.of(pci, sink);
        assertTrue(played.negotiate(Features.VERSION_1));
        RingDriver driver = played.setUp(0, 0, 8);
        driver.add(List.of(Piece.write(BUFFER, 4)));
        played.ring(0);
        assertEquals(0, played.takeInterrupt(), "§2.1.2: not before DRIVER_OK");
        played.status(Played.ALL_SET);
        assertEquals(1, driver.pollAll().size());
        assertEquals(1, played.takeInterrupt());
    }

    /** §4.1.4.3.1: of its eight bits a driver sees that there was a change, however many there were. */
    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void hasAnotherGenerationAfterAnyNumberOfChanges(boolean pci) {
        Played played = Played.of(pci, sink);
        played.start(0, 0, 8);
        for (int changes = 250; changes < 520; changes++) {
            int before = played.generation() & 0xFF;
            for (int i = 0; i < changes; i++) {
                sink.port.configurationChanged();
            }
            assertNotEquals(before, played.generation() & 0xFF, changes + " changes");
        }
    }

    @ParameterizedTest(name = "§2.4.1: reset with requests in flight, pci={0}")
    @ValueSource(booleans = {false, true})
    void forgetsWhatIsInFlightWhenItIsReset(boolean pci) {
        Played played = Played.of(pci, sink);
        sink.echo = false;
        RingDriver driver = played.start(0, 0, 8);
        driver.add(List.of(Piece.write(BUFFER, 4)));
        played.ring(0);
        assertEquals(1, sink.held.size());
        played.status(0);
        assertEquals(0, played.status());
        assertEquals(List.of(), driver.pollAll());
        assertEquals(0, sink.held.size());
    }

    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void setsAQueueUpOnlyWhileItIsNotEnabled(boolean pci) {
        Played played = Played.of(pci, sink);
        RingDriver driver = played.start(0, 0, 8);
        played.select(0);
        played.size(2);
        played.rings(0, 0, 0);
        for (int i = 0; i < 4; i++) {
            driver.add(List.of(Piece.write(BUFFER, 4)));
        }
        played.ring(0);
        assertEquals(4, driver.pollAll().size());
    }

    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void hasAConfigurationOfAnyWidth(boolean pci) {
        Played played = Played.of(pci, sink);
        assertEquals(0x8877_6655_4433_2211L, played.configuration(0, 8));
        assertEquals(0x5544, played.configuration(3, 2));
        assertEquals(0x88, played.configuration(7, 1));
        assertEquals(0xFFFF, played.configuration(7, 2), "beyond its end");
        played.configure(4, 4, 9);
        played.configure(6, 4, 9);
        assertEquals(
                List.of("configure 4+4=9"),
                sink.log.stream().filter(l -> l.startsWith("c")).toList());
    }

    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void tellsThatTheConfigurationHasChanged(boolean pci) {
        Played played = Played.of(pci, sink);
        int before = played.generation();
        sink.port.configurationChanged();
        assertEquals(0, played.takeInterrupt(), "§2.5: there is no driver yet");
        played.start(0, 0, 8);
        sink.port.configurationChanged();
        assertEquals(2, played.takeInterrupt() & 2);
        assertEquals(before + 2, played.generation(), "§2.5.2");
    }
}
