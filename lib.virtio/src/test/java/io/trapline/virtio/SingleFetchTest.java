package io.trapline.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.virtio.RingDriver.Piece;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A driver that changes its rings while the device looks at them (VIRTIO 1.2, §2.7.5, §2.8.13: it must not). What is
 * checked is what is used: each byte of a descriptor, of a table and of the available ring is read once, and what it
 * becomes after that has no effect.
 */
class SingleFetchTest {
    private static final long BUFFER = 0x8_0000;
    private static final long GARBAGE = 0xA5A5_A5A5_A5A5_A5A5L;

    private final Sink sink = new Sink();
    private final Played played = Played.of(false, sink);
    private final Map<Long, Integer> reads = new HashMap<>();

    private static List<Piece> buffer() {
        return List.of(
                Piece.read(BUFFER, 3), Piece.read(BUFFER + 100, 4), Piece.write(BUFFER + 200, 5));
    }

    private static int add(RingDriver driver, boolean indirect) {
        return indirect ? driver.addIndirect(buffer()) : driver.add(buffer());
    }

    private void count(long address, int length) {
        for (long at = address; at < address + length; at++) {
            reads.merge(at, 1, Integer::sum);
        }
    }

    private int most(long address, int length) {
        int most = 0;
        for (long at = address; at < address + length; at++) {
            most = Math.max(most, reads.getOrDefault(at, 0));
        }
        return most;
    }

    @ParameterizedTest(name = "packed={0} indirect={1} event index={2}")
    @CsvSource({
        "false, false, false", "false, false, true", "false, true, false", "false, true, true",
        "true,  false, false", "true,  false, true", "true,  true,  false", "true,  true,  true"
    })
    void readsEachByteOfABufferOnce(boolean packed, boolean indirect, boolean event) {
        RingDriver driver = played.start(features(packed, event), 0, 8);
        long table = driver.table(0);
        add(driver, indirect);
        add(driver, indirect);
        played.board.memory().watch(this::count);
        played.ring(0);
        played.board.memory().watch((address, length) -> {});

        assertEquals(2, driver.pollAll().size());
        int entries = indirect ? 2 : 6;
        assertEquals(1, most(driver.descriptors, 16 * entries), "descriptors");
        if (indirect) {
            assertEquals(1, most(table, 16 * 6), "tables");
        }
        if (!packed) {
            assertEquals(1, most(driver.driverArea + 4, 2 * 2), "avail ring");
        }
        int wish = packed ? most(driver.driverArea, 4) : most(driver.driverArea, 2);
        assertEquals(!packed && event ? 0 : 1, wish, "what the driver wants to hear, once a batch");
    }

    @ParameterizedTest(name = "packed={0} indirect={1}")
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void usesWhatItHasChecked(boolean packed, boolean indirect) {
        RingDriver driver = played.start(features(packed, false), 0, 8);
        long table = driver.table(0);
        int id = add(driver, indirect);
        int entries = indirect ? 1 : 3;
        played.board
                .memory()
                .watch(
                        (address, length) -> {
                            boolean ring =
                                    within(address, driver.descriptors, 16L * entries)
                                            || indirect && within(address, table, 16 * 3)
                                            || !packed && within(address, driver.driverArea + 4, 2);
                            if (ring) {
                                played.board.memory().store(address, length, GARBAGE);
                            }
                        });
        played.ring(0);
        played.board.memory().watch((address, length) -> {});

        assertEquals("0: 7 in, 5 out", sink.log.get(sink.log.size() - 1));
        assertEquals(Played.ALL_SET, played.status());
        assertEquals(new RingDriver.Used(id, 5), driver.poll());
    }

    /** §2.7.6: an index that has moved on meanwhile is a buffer more, and no index is read twice for one buffer. */
    @ParameterizedTest(name = "one more at read {0}")
    @CsvSource({"1", "2", "3"})
    void takesAnIndexThatMovesMeanwhile(int read) {
        RingDriver.Split driver = (RingDriver.Split) played.start(features(false, true), 0, 8);
        add(driver, false);
        int[] left = {read};
        played.board
                .memory()
                .watch(
                        (address, length) -> {
                            if (address == driver.driverArea + 2 && --left[0] == 0) {
                                add(driver, false);
                            }
                        });
        played.ring(0);
        played.board.memory().watch((address, length) -> {});
        int early = driver.pollAll().size();
        played.ring(0);
        assertEquals(2, early + driver.pollAll().size());
        assertEquals(Played.ALL_SET, played.status());
    }

    private static boolean within(long address, long first, long length) {
        return address >= first && address < first + length;
    }

    private static long features(boolean packed, boolean event) {
        return Features.RING_INDIRECT_DESC
                | (packed ? Features.RING_PACKED : 0)
                | (event ? Features.RING_EVENT_IDX : 0);
    }
}
