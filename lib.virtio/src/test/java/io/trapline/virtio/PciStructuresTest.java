package io.trapline.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.tck.TestBoard;
import io.trapline.virtio.RingDriver.Piece;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** VIRTIO 1.2, §4.1: what a driver finds on the bus. */
class PciStructuresTest {
    private static final long COMMON = Played.STRUCTURES;
    private static final long BUFFER = 0x8_0000;

    private final Sink sink = new Sink();
    private final Played played = Played.of(true, sink);
    private final TestBoard board = played.board;

    private int config(int register, int width) {
        return board.configuration(0, register, width);
    }

    @Test
    void isAModernVirtioFunction() {
        assertEquals(0x1AF4, config(0x00, 2));
        assertEquals(0x1040 + 42, config(0x02, 2), "§4.1.2");
        assertEquals(1, config(0x08, 1), "§4.1.2.1: revision 1 or higher");
    }

    @ParameterizedTest(name = "{0} at {1}, {2} bytes wide, holds {3}")
    @CsvSource({
        "num_queues,           18, 2, 2",
        "device_status,        20, 1, 0",
        "config_generation,    21, 1, 0",
        "queue_size,           24, 2, 16",
        "queue_msix_vector,    26, 2, 0xffff",
        "config_msix_vector,   16, 2, 0xffff",
        "queue_enable,         28, 2, 0",
        "queue_notify_off,     30, 2, 0",
        "queue_desc low,       32, 4, 0",
        "queue_reset,          58, 2, 0",
        "nothing,              60, 4, 0"
    })
    void hasTheCommonFieldsOfSection4143(String name, int offset, int width, String value) {
        assertEquals(Long.decode(value), board.read(COMMON + offset, width), name);
    }

    @Test
    void keepsAVectorThatIsThereAndNoOther() {
        board.write(COMMON + 16, 2, 2);
        assertEquals(2, board.read(COMMON + 16, 2));
        board.write(COMMON + 16, 2, 3);
        assertEquals(0xFFFF, board.read(COMMON + 16, 2), "§4.1.5.1.2: three vectors, from 0");
    }

    @Test
    void answersForNoQueueThatIsNotThere() {
        board.write(COMMON + 22, 2, 5);
        assertEquals(0, board.read(COMMON + 24, 2), "§4.1.4.3.1: queue_size 0");
        board.write(COMMON + 28, 2, 1);
        board.write(COMMON + 32, 4, -1);
        assertEquals(0, board.read(COMMON + 32, 4));
    }

    @Test
    void sendsTheMessageOfTheQueue() {
        config(0x10, 4);
        vector(1, 0xFEE0_0000L, 0x41);
        vector(2, 0xFEE0_0000L, 0x42);
        int msix = capability(0x11);
        board.configure(0, msix + 2, 2, 0x8000);
        played.negotiate(Features.VERSION_1);
        RingDriver driver = played.setUp(0, 1, 8);
        board.write(COMMON + 26, 2, 2);
        board.write(COMMON + 16, 2, 1);
        played.status(Played.ALL_SET);
        driver.add(List.of(Piece.write(BUFFER, 1)));
        played.ring(1);
        sink.port.configurationChanged();
        assertEquals(
                List.of(
                        new TestBoard.Message(0xFEE0_0000L, 0x42),
                        new TestBoard.Message(0xFEE0_0000L, 0x41)),
                board.messages());
        assertEquals(false, board.lines().get(0).raised(), "§4.1.5.3.1: no pin");
    }

    /** PCI Local Bus 3.0, §6.8.3.5: what a pending message was to tell is gone. */
    @Test
    void forgetsPendingMessagesWhenItIsReset() {
        config(0x10, 4);
        vector(1, 0xFEE0_0000L, 0x41);
        int msix = capability(0x11);
        board.configure(0, msix + 2, 2, 0xC000); // enabled, all masked
        played.start(0, 0, 8);
        board.write(COMMON + 16, 2, 1);
        sink.port.configurationChanged();
        played.status(0);
        board.configure(0, msix + 2, 2, 0x8000);
        assertEquals(List.of(), board.messages());
    }

    /** §4.1.4.5.1: without MSI-X Interrupt Status and the pin are what the ISR is. */
    @Test
    void drivesThePinOnceMessagesAreDisabled() {
        int msix = capability(0x11);
        board.configure(0, msix + 2, 2, 0x8000);
        played.start(0, 0, 8);
        sink.port.configurationChanged();
        assertEquals(false, board.lines().get(0).raised());
        board.configure(0, msix + 2, 2, 0);
        assertEquals(true, board.lines().get(0).raised());
        assertEquals(2, played.takeInterrupt() & 2);
    }

    /** PCI Local Bus 3.0, §6.2.2, Command bit 2. */
    @Test
    void touchesNoMemoryUnlessItIsBusMaster() {
        RingDriver driver = played.start(0, 0, 8);
        board.configure(0, 0x04, 2, 2);
        driver.add(List.of(Piece.write(BUFFER, 1)));
        played.ring(0);
        assertEquals(List.of(), driver.pollAll());
        board.configure(0, 0x04, 2, 2 | 4);
        assertEquals(1, driver.pollAll().size(), "served once it may be: nobody rings again");
    }

    /** The same: a kernel that starts another takes the right with requests in flight. */
    @Test
    void hasNothingInFlightOnceItIsNoBusMaster() {
        RingDriver driver = played.start(0, 0, 8);
        sink.echo = false;
        driver.add(List.of(Piece.write(BUFFER, 1)));
        played.ring(0);
        assertEquals(List.of(), driver.pollAll());
        board.configure(0, 0x04, 2, 2);
        assertEquals(1, driver.pollAll().size());
        assertEquals(0, sink.port.queue(0).inFlight());
        sink.echo = true;
        board.configure(0, 0x04, 2, 2 | 4);
        driver.add(List.of(Piece.write(BUFFER, 1)));
        played.ring(0);
        assertEquals(1, driver.pollAll().size());
    }

    /** §4.1.4.3, NOTIF_CONFIG_DATA. */
    @Test
    void saysWhatANotificationNamesAQueueBy() {
        board.write(COMMON + 22, 2, 1);
        assertEquals(0, board.read(COMMON + 56, 2), "not there before it was negotiated");
        played.negotiate(Features.VERSION_1 | Features.NOTIF_CONFIG_DATA);
        board.write(COMMON + 22, 2, 1);
        assertEquals(1, board.read(COMMON + 56, 2));
    }

    /** §2.6.1: all of a queue goes to its default, its vector too. */
    @Test
    void forgetsTheVectorOfAQueueThatIsReset() {
        played.start(Features.RING_RESET, 0, 8);
        board.write(COMMON + 26, 2, 1);
        played.select(0);
        played.resetQueue();
        assertEquals(0xFFFF, board.read(COMMON + 26, 2));
        assertEquals(0, board.read(COMMON + 58, 2));
        assertEquals(Sink.SIZE, board.read(COMMON + 24, 2));
    }

    private void vector(int index, long address, int data) {
        board.write(Played.VECTORS + 16L * index, 8, address);
        board.write(Played.VECTORS + 16L * index + 8, 4, data);
        board.write(Played.VECTORS + 16L * index + 12, 4, 0);
    }

    private int capability(int id) {
        int at = config(0x34, 1);
        while (at != 0 && config(at, 1) != id) {
            at = config(at + 1, 1);
        }
        return at;
    }

    /** §4.1.4.9: all of it without a mapping. */
    @Test
    void isReachedThroughConfigurationSpace() {
        int at = config(0x34, 1);
        while (config(at, 1) != 0x09 || config(at + 3, 1) != 5) {
            at = config(at + 1, 1);
        }
        board.configure(0, at + 4, 1, 4);
        board.configure(0, at + 8, 4, 20);
        board.configure(0, at + 12, 4, 1);
        board.configure(0, at + 16, 1, 1 | 2);
        assertEquals(3, played.status());
        assertEquals(3, config(at + 16, 1));
        assertEquals(3, config(at + 16, 4), "§4.1.4.9.1: the first cap.length bytes");
        board.configure(0, at + 12, 4, 8);
        assertEquals(0, config(at + 16, 4), "no such width");
        board.configure(0, at + 12, 4, 4);
        board.configure(0, at + 8, 4, 0x4000);
        assertEquals(0, config(at + 16, 4), "beyond the structures");
        board.configure(0, at + 8, 4, -4);
        board.configure(0, at + 16, 4, 1);
        board.configure(0, at + 8, 4, 18);
        assertEquals(0, config(at + 16, 4), "misaligned");
    }

    @Test
    void takesAWiderNotificationWhereThatWasNegotiated() {
        RingDriver driver = played.start(Features.NOTIFICATION_DATA, 0, 8);
        driver.add(List.of(Piece.write(BUFFER, 1)));
        played.ring(0, 1);
        assertEquals(1, driver.pollAll().size(), "§2.9");
    }
}
