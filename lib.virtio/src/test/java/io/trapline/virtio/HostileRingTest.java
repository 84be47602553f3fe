package io.trapline.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.tck.Shown;
import io.trapline.tck.TestBoard;
import io.trapline.tck.TestMemory;
import io.trapline.virtio.RingDriver.Piece;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A driver that breaks the rules of its rings. The device then needs a reset and says so (VIRTIO 1.2, §2.1.2), once;
 * nothing is read or written that is not RAM, nothing is thrown; after a reset all is well.
 */
class HostileRingTest {
    private static final long BUFFER = 0x8_0000;
    private static final long RAM_END = 64L << 20;
    private static final long INDIRECT = Features.RING_INDIRECT_DESC;
    private static final long PACKED = Features.RING_PACKED;
    private static final int SIZE = 8;

    /** What a driver does wrong, given its ring. */
    private record Wrong(String name, long features, Consumer<RingDriver> doing, String said) {
        Arguments arguments() {
            return Arguments.of(name, features, doing, said);
        }
    }

    private static Wrong split(String name, Consumer<RingDriver.Split> doing, String said) {
        return new Wrong("§2.7 " + name, INDIRECT, d -> doing.accept((RingDriver.Split) d), said);
    }

    private static Wrong packed(String name, Consumer<RingDriver> doing, String said) {
        return new Wrong("§2.8 " + name, INDIRECT | PACKED, doing, said);
    }

    // spotless:off
    private static Wrong notNegotiated(String name, long features, Consumer<RingDriver> doing) {
        return new Wrong(name, features, doing, "not negotiated");
    }

    private static void entry(RingDriver d, int index, long address, int length, int flags, int next) {
        d.descriptor(d.descriptors + 16L * index, address, length, flags, next);
    }

    /** A packed descriptor that is available in the first round of the ring. */
    private static void packedEntry(RingDriver d, int index, long address, int length, int flags) {
        d.descriptor(d.descriptors + 16L * index, address, length, 3, flags | 0x80);
    }

    private static List<Piece> many(int count) {
        return Collections.nCopies(count, Piece.read(BUFFER, 1));
    }

    static List<Arguments> wrongs() {
        List<Wrong> wrongs = new ArrayList<>();
        wrongs.add(split("§2.7.13: avail idx beyond the queue", d -> d.memory.store(d.driverArea + 2, 2, SIZE + 1), "ahead"));
        wrongs.add(split("head beyond the table", d -> d.publish(SIZE), "descriptor 8 of 8"));
        wrongs.add(split("head 65535", d -> d.publish(0xFFFF), "descriptor 65535 of 8"));
        wrongs.add(
                split(
                        "§2.7.5: next beyond the table",
                        d -> {
                            entry(d, 0, BUFFER, 4, 1, 9);
                            d.publish(0);
                        },
                        "descriptor 9 of 8"));
        wrongs.add(
                split(
                        "§2.7.5: a descriptor loop",
                        d -> {
                            entry(d, 0, BUFFER, 4, 1, 1);
                            entry(d, 1, BUFFER, 4, 1, 0);
                            d.publish(0);
                        },
                        "loop"));
        wrongs.add(
                split(
                        "§2.7.5.3: a loop inside an indirect table",
                        d -> {
                            long table = d.table(2);
                            d.descriptor(table, BUFFER, 4, 1, 1);
                            d.descriptor(table + 16, BUFFER, 4, 1, 0);
                            entry(d, 0, table, 32, 4, 0);
                            d.publish(0);
                        },
                        "loop"));
        wrongs.add(
                split(
                        "§2.7.5.3.1: indirect inside indirect",
                        d -> {
                            long table = d.table(1);
                            d.descriptor(table, table, 16, 4, 0);
                            entry(d, 0, table, 16, 4, 0);
                            d.publish(0);
                        },
                        "indirect descriptor in an indirect table"));
        wrongs.add(
                split(
                        "§2.7.5.3.1: indirect with next",
                        d -> {
                            entry(d, 0, d.table(1), 16, 4 | 1, 1);
                            d.publish(0);
                        },
                        "with a next one"));
        for (int bytes : new int[] {0, 15, 17, -1}) {
            wrongs.add(
                    split(
                            "§2.7.5.3: indirect table of " + Integer.toUnsignedString(bytes) + " bytes",
                            d -> {
                                entry(d, 0, d.table(2), bytes, 4, 0);
                                d.publish(0);
                            },
                            "an indirect table of"));
        }
        wrongs.add(
                split(
                        "§2.7.5.3: indirect table longer than the queue",
                        d -> {
                            entry(d, 0, d.table(9), 16 * (SIZE + 1), 4, 0);
                            d.publish(0);
                        },
                        "longer than the queue"));
        wrongs.add(
                split(
                        "§2.7.5.3: indirect table outside RAM",
                        d -> {
                            entry(d, 0, RAM_END - 16, 32, 4, 0);
                            d.publish(0);
                        },
                        "an indirect table is not RAM"));
        wrongs.add(
                split(
                        "§2.7.5.3: next beyond the indirect table",
                        d -> {
                            long table = d.table(2);
                            d.descriptor(table, BUFFER, 4, 1, 2);
                            entry(d, 0, table, 32, 4, 0);
                            d.publish(0);
                        },
                        "descriptor 2 of 2"));
        for (long address : new long[] {RAM_END - 3, RAM_END, -4L, -1L, 0xE000_0000L, Long.MIN_VALUE}) {
            String place = "0x" + Long.toHexString(address);
            wrongs.add(new Wrong("§2.7.5: split, buffer at " + place, 0, d -> d.add(List.of(Piece.read(address, 4))), "not RAM"));
            wrongs.add(new Wrong("§2.8.6: packed, buffer at " + place, PACKED, d -> d.add(List.of(Piece.write(address, 4))), "not RAM"));
        }
        wrongs.add(
                split(
                        "§2.7.5.3.1: a chain with a table, longer than the queue",
                        d -> {
                            long table = d.table(SIZE);
                            for (int i = 0; i < SIZE; i++) {
                                d.descriptor(table + 16L * i, BUFFER, 1, i + 1 < SIZE ? 1 : 0, i + 1);
                            }
                            entry(d, 0, BUFFER, 4, 1, 1);
                            entry(d, 1, table, 16 * SIZE, 4, 0);
                            d.publish(0);
                        },
                        "longer than the queue"));
        wrongs.add(new Wrong("§2.7.5: split, 4 GiB long", 0, d -> d.add(List.of(Piece.write(BUFFER, -1))), "not RAM"));
        for (long ring : new long[] {0, PACKED}) {
            String name = ring == 0 ? "split, " : "packed, ";
            wrongs.add(
                    new Wrong(
                            name + "§2.7.4.2: readable after writable",
                            ring,
                            d -> d.add(List.of(Piece.write(BUFFER, 4), Piece.read(BUFFER, 4))),
                            "follows"));
            wrongs.add(
                    new Wrong(
                            name + "§2.7.4.2: readable after writable, in a table",
                            ring | INDIRECT,
                            d -> d.addIndirect(List.of(Piece.write(BUFFER, 4), Piece.read(BUFFER, 4))),
                            "follows"));
            wrongs.add(
                    notNegotiated(
                            name + "§2.7.5.3.1: indirect, not negotiated",
                            ring,
                            d -> d.addIndirect(List.of(Piece.read(BUFFER, 4)))));
        }
        wrongs.add(
                packed(
                        "§2.8.6: a chain that is not available to its end",
                        d -> packedEntry(d, 0, BUFFER, 4, 1),
                        "next descriptor is not available"));
        wrongs.add(
                packed(
                        "§2.8.6: a chain round the whole ring",
                        d -> {
                            for (int i = 0; i < SIZE; i++) {
                                packedEntry(d, i, BUFFER, 4, 1);
                            }
                        },
                        "longer than the queue"));
        wrongs.add(
                packed(
                        "§2.8.7: indirect with next",
                        d -> packedEntry(d, 0, d.table(1), 16, 4 | 1),
                        "with a next one"));
        return wrongs.stream().map(Wrong::arguments).toList();
    }

    // spotless:on

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongs")
    void needsAReset(String name, long features, Consumer<RingDriver> doing, String said) {
        Sink sink = new Sink();
        Played played = Played.of(false, sink);
        RingDriver driver = played.start(features, 0, SIZE);
        doing.accept(driver);
        played.ring(0);
        played.ring(0);

        assertEquals(0x40 | Played.ALL_SET, played.status(), name);
        assertEquals(2, played.takeInterrupt(), "a configuration interrupt");
        assertEquals(0, played.takeInterrupt(), "once");
        assertEquals(List.of("start"), without(sink.log, "reset"), "no buffer reached the device");
        String shown = String.valueOf(Shown.of(played.plug::inspect).get("needs reset"));
        assertTrue(shown.contains(said), shown);

        played.status(0);
        assertEquals(0, played.status());
        driver = played.start(features, 0, SIZE);
        int id = driver.add(List.of(Piece.write(BUFFER, 4)));
        played.ring(0);
        assertEquals(new RingDriver.Used(id, 4), driver.poll());
    }

    private static List<String> without(List<String> log, String word) {
        return log.stream().filter(line -> !line.equals(word) && !line.startsWith("stop")).toList();
    }

    /** RAM of a PC with 4 GiB has a hole from 3 to 4 GiB. */
    @ParameterizedTest(name = "§2.1.2, §2.7.5: a buffer across a hole, ring features {0}")
    @ValueSource(longs = {0, Features.RING_PACKED})
    void needsAResetAtABufferAcrossAHole(long ring) {
        for (long address : new long[] {(3L << 30) - 2, (4L << 30) - 2, (5L << 30) - 3}) {
            Played played = withFourGib();
            played.start(ring, 0, SIZE).add(List.of(Piece.write(address, 4)));
            played.ring(0);
            assertEquals(0x40 | Played.ALL_SET, played.status(), "0x" + Long.toHexString(address));
        }
        Played played = withFourGib();
        RingDriver driver = played.start(ring, 0, SIZE);
        driver.add(List.of(Piece.write((3L << 30) - 4, 4), Piece.write(4L << 30, 4)));
        played.ring(0);
        assertEquals(8, driver.poll().length());
    }

    @ParameterizedTest(name = "§2.7.5.2: more than 2^32 bytes are no chain, ring features {0}")
    @ValueSource(longs = {0, Features.RING_PACKED})
    void needsAResetAtAChainOfMoreThan4GiB(long ring) {
        Played played = withFourGib();
        RingDriver driver = played.start(ring, 0, SIZE);
        int gib = 1 << 30;
        List<Piece> four = Collections.nCopies(4, Piece.write(BUFFER, gib));
        int id = driver.add(four);
        played.ring(0);
        assertEquals(
                new RingDriver.Used(id, 0xFFFF_FFFFL), driver.poll(), "as far as 32 bits tell");
        List<Piece> more = new ArrayList<>(four);
        more.add(Piece.write(BUFFER, 1));
        driver.add(more);
        played.ring(0);
        assertEquals(0x40, played.status() & 0x40);
    }

    private static Played withFourGib() {
        TestBoard board = new TestBoard("virtio", new TestMemory(4L << 30));
        Played played = Played.of(false, board, new Sink());
        board.powerOn();
        played.plug.reset();
        return played;
    }

    @ParameterizedTest(name = "§2.6, §2.8.10.1: the largest queues, many times round, {0}")
    @ValueSource(longs = {0, Features.RING_PACKED, Features.RING_PACKED | Features.IN_ORDER})
    void hasQueuesOf32768(long ring) {
        Sink sink = new Sink(Virtqueue.LARGEST);
        Played played = Played.of(false, sink);
        RingDriver driver = played.start(ring, 0, Virtqueue.LARGEST);
        List<Piece> buffer = List.of(Piece.read(BUFFER, 1), Piece.write(BUFFER, 2));
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < Virtqueue.LARGEST / 2; i++) {
                driver.add(buffer);
            }
            played.ring(0);
            assertEquals(Virtqueue.LARGEST / 2, driver.pollAll().size(), "round " + round);
        }
        assertEquals(Played.ALL_SET, played.status());
    }

    @Test
    @DisplayName("§2.1.2: what one device needs is not another's affair")
    void leavesTheOtherDevicesOfTheMachineAlone() {
        TestMemory memory = new TestMemory(TestBoard.RAM);
        Played bad = Played.of(false, new TestBoard("bad", memory), new Sink());
        Played good = Played.of(true, new TestBoard("good", memory), new Sink());
        good.board.powerOn();
        bad.plug.reset();
        good.plug.reset();
        good.find();
        bad.negotiate(Features.VERSION_1);
        RingDriver.Split wrong = (RingDriver.Split) bad.setUp(0, 1, SIZE);
        bad.status(Played.ALL_SET);
        RingDriver driver = good.start(0, 0, SIZE);
        wrong.publish(99);
        bad.ring(1);
        driver.add(List.of(Piece.write(BUFFER, 4)));
        good.ring(0);
        assertEquals(0x40, bad.status() & 0x40);
        assertEquals(1, driver.pollAll().size());
        assertEquals(1, good.takeInterrupt());
        assertEquals(Played.ALL_SET, good.status());
    }

    @ParameterizedTest(name = "§2.8.19: no list longer than the device allows, ring features {0}")
    @ValueSource(longs = {0, Features.RING_PACKED})
    void takesNoMorePiecesThanTheDeviceDoes(long ring) {
        Sink sink = new Sink();
        Played played = Played.of(false, sink);
        RingDriver driver = played.start(ring | INDIRECT, 0, Sink.SIZE);
        driver.addIndirect(many(12));
        played.ring(0);
        assertEquals("0: 12 in, 0 out", sink.log.get(sink.log.size() - 1));
        driver.addIndirect(many(13));
        played.ring(0);
        assertEquals(0x40, played.status() & 0x40);
    }

    @ParameterizedTest(name = "§2.7.5, §2.8.5: a descriptor of length 0, ring features {0}")
    @ValueSource(longs = {0, Features.RING_PACKED})
    void takesDescriptorsOfNoLength(long ring) {
        Sink sink = new Sink();
        Played played = Played.of(false, sink);
        RingDriver driver = played.start(ring, 0, SIZE);
        int id =
                driver.add(
                        List.of(
                                Piece.read(BUFFER, 0),
                                Piece.write(BUFFER, 0),
                                Piece.write(BUFFER, 1)));
        played.ring(0);
        assertEquals("0: 0 in, 1 out", sink.log.get(sink.log.size() - 1));
        assertEquals(new RingDriver.Used(id, 1), driver.poll());
    }

    /** The indirect flag among them: what is there is a buffer. */
    @Test
    @DisplayName("§2.8.7: of a packed table's flags all but the direction are ignored")
    void ignoresReservedFlagsInAPackedTable() {
        Sink sink = new Sink();
        Played played = Played.of(false, sink);
        RingDriver driver = played.start(INDIRECT | PACKED, 0, SIZE);
        long table = driver.table(2);
        driver.descriptor(table, BUFFER, 3, 99, 0xFFFF & ~2);
        driver.descriptor(table + 16, BUFFER, 5, 99, 0xFFFF);
        packedEntry(
                driver, 0, table, 32, 4 | 2); // the direction of the table itself does not count
        played.ring(0);
        assertEquals("0: 3 in, 5 out", sink.log.get(sink.log.size() - 1));
        assertEquals(Played.ALL_SET, played.status());
    }

    @Test
    @DisplayName(
            "§2.7.5.3.2: descriptors of the table of the queue, and an indirect one as the last")
    void goesOnFromAChainIntoATable() {
        Sink sink = new Sink();
        Played played = Played.of(false, sink);
        RingDriver.Split driver = (RingDriver.Split) played.start(INDIRECT, 0, SIZE);
        long table = driver.table(2);
        driver.descriptor(table, BUFFER, 20, 1, 1);
        driver.descriptor(table + 16, BUFFER, 3, 2, 0);
        entry(driver, 5, BUFFER, 1, 1, 6);
        entry(driver, 6, table, 32, 4 | 2, 0); // the direction of the table itself does not count
        driver.publish(5);
        played.ring(0);
        assertEquals("0: 21 in, 3 out", sink.log.get(sink.log.size() - 1));
    }

    /** A driver that never reads the used ring has all its buffers back, and cannot have more in flight than it has. */
    @ParameterizedTest(name = "§2.6, §2.7.13: a driver that never reads used, ring features {0}")
    @ValueSource(longs = {0, Features.RING_PACKED})
    void keepsNoMoreThanTheQueueHolds(long ring) {
        Sink sink = new Sink();
        sink.echo = false;
        Played played = Played.of(false, sink);
        RingDriver driver = played.start(ring, 0, SIZE);
        for (int i = 0; i < SIZE; i++) {
            driver.add(List.of(Piece.read(BUFFER, 1)));
            played.ring(0);
        }
        assertEquals(SIZE, sink.held.size());
        if (driver instanceof RingDriver.Split split) {
            split.publish(0); // in flight already
            played.ring(0);
            assertEquals(0x40, played.status() & 0x40);
        } else {
            played.ring(0);
            assertEquals(0, played.status() & 0x40);
        }
        assertEquals(SIZE, sink.held.size());
    }

    @Test
    @DisplayName("§2.1.2: one queue that breaks the rules, and the other")
    void leavesTheOtherQueueOfTheDeviceForTheReset() {
        Sink sink = new Sink();
        Played played = Played.of(false, sink);
        assertTrue(played.negotiate(Features.VERSION_1));
        RingDriver.Split bad = (RingDriver.Split) played.setUp(0, 0, SIZE);
        RingDriver good = played.setUp(0, 1, SIZE);
        played.status(Played.ALL_SET);
        bad.publish(99);
        played.ring(0);
        good.add(List.of(Piece.read(BUFFER, 1)));
        played.ring(1);
        assertFalse(sink.log.contains("1: 1 in, 0 out"), "§2.1.2: it needs a reset");
    }

    @ParameterizedTest(
            name = "§2.7, §2.8: where a ring may be, packed={0}: {1}, {2}, {3}, size {4}")
    @MethodSource("misplaced")
    void refusesARingThatIsMisalignedOrAbsent(
            boolean packed, long desc, long driver, long device, int size) {
        Played played = Played.of(false, new Sink());
        long features = Features.VERSION_1 | (packed ? PACKED : 0);
        assertTrue(played.negotiate(features));
        played.select(0);
        played.size(size);
        played.rings(desc, driver, device);
        played.enable();
        played.status(Played.ALL_SET);
        assertEquals(0x40, played.status() & 0x40);
        played.ring(0);
    }

    static List<Arguments> misplaced() {
        long base = 0x10_0000;
        List<Arguments> all = new ArrayList<>();
        for (boolean packed : new boolean[] {false, true}) {
            all.add(Arguments.of(packed, base + 8, base + 0x1000, base + 0x2000, 8));
            all.add(Arguments.of(packed, base, base + 0x1001, base + 0x2000, 8));
            all.add(Arguments.of(packed, base, base + 0x1000, base + 0x2002, 8));
            all.add(Arguments.of(packed, RAM_END - 16, base + 0x1000, base + 0x2000, 8));
            all.add(Arguments.of(packed, base, RAM_END, base + 0x2000, 8));
            all.add(Arguments.of(packed, base, base + 0x1000, -4L, 8));
            all.add(Arguments.of(packed, -16L, base + 0x1000, base + 0x2000, 8));
            all.add(Arguments.of(packed, base, base + 0x1000, base + 0x2000, 0));
            all.add(Arguments.of(packed, base, base + 0x1000, base + 0x2000, Sink.SIZE + 1));
        }
        all.add(Arguments.of(false, base, base + 0x1000, base + 0x2000, 7)); // not a power of two
        return all;
    }
}
