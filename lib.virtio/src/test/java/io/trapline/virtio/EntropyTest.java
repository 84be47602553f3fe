package io.trapline.virtio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.tck.TestBoard;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** VIRTIO 1.2, §5.4, over both transports and both rings: what a device of a hundred lines gets from the library. */
class EntropyTest {
    private static final long BUFFER = 0x8_0000;

    private static long features(boolean packed) {
        return (packed ? Features.RING_PACKED : 0) | Features.RING_INDIRECT_DESC;
    }

    @ParameterizedTest(name = "pci={0}")
    @ValueSource(booleans = {false, true})
    void fillsABuffer(boolean pci) {
        Played played = Played.of(pci, new Entropy(new Random(7)));
        RingDriver driver = played.start(Features.RING_INDIRECT_DESC, 0, 8);
        int id = driver.add(List.of(RingDriver.Piece.write(0x8_0000, 16)));
        played.ring(0);
        assertEquals(new RingDriver.Used(id, 16), driver.poll());
        assertEquals(1, played.takeInterrupt());
    }

    @ParameterizedTest(name = "pci={0} packed={1}")
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void fillsWhatTheDriverMakesAvailable(boolean pci, boolean packed) {
        Played played = Played.of(pci, new Entropy(new Random(7)));
        RingDriver driver = played.start(features(packed), 0, 8);
        for (int round = 0; round < 50; round++) {
            List<RingDriver.Piece> pieces =
                    List.of(
                            RingDriver.Piece.write(BUFFER, 5),
                            RingDriver.Piece.write(BUFFER + 100, 11));
            int id = round % 2 == 0 ? driver.add(pieces) : driver.addIndirect(pieces);
            played.ring(0);
            assertEquals(new RingDriver.Used(id, 16), driver.poll(), "round " + round);
            assertEquals(1, played.takeInterrupt(), "round " + round);
        }
        Random same = new Random(7);
        byte[] expected = new byte[4096];
        for (int round = 0; round < 50; round++) {
            same.nextBytes(expected);
        }
        byte[] seen = new byte[16];
        played.board.memory().read(BUFFER, ByteBuffer.wrap(seen, 0, 5));
        played.board.memory().read(BUFFER + 100, ByteBuffer.wrap(seen, 5, 11));
        assertArrayEquals(java.util.Arrays.copyOf(expected, 16), seen);
    }

    @ParameterizedTest(name = "pci={0} packed={1}")
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void goesOnInItsSuccessor(boolean pci, boolean packed) {
        Played played = Played.of(pci, new Entropy(new Random(7)));
        RingDriver driver = played.start(features(packed), 0, 8);
        for (int round = 0; round < 30; round++) {
            int id = driver.add(List.of(RingDriver.Piece.write(BUFFER, 5)));
            if (round % 3
                    == 0) { // what is available while nobody is there is found by the successor
                TestBoard next = played.board.successor();
                Played successor = Played.of(pci, next, new Entropy(new Random(8)));
                if (pci) {
                    next.adopt(played.board);
                }
                successor.plug.restore(played.plug.save());
                if (pci) {
                    successor.find();
                }
                played = successor;
            }
            played.ring(0);
            assertEquals(new RingDriver.Used(id, 5), driver.poll(), "round " + round);
            assertEquals(1, played.takeInterrupt());
        }
    }
}
