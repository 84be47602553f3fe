package io.trapline.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.trapline.device.DeviceState;
import io.trapline.tck.TestBoard;
import io.trapline.virtio.RingDriver.Piece;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A device's successor goes on with rings, transport and negotiation; a state that cannot be is refused. */
class SuccessionTest {
    private static final long BUFFER = 0x8_0000;
    private static final List<Piece> ONE = List.of(Piece.write(BUFFER, 4));

    private static Played successor(boolean pci, Played before, VirtioDevice device) {
        return successor(pci, before, device, before.plug.save());
    }

    private static Played successor(
            boolean pci, Played before, VirtioDevice device, DeviceState state) {
        TestBoard board = before.board.successor();
        Played after = Played.of(pci, board, device);
        if (pci) {
            board.adopt(before.board);
        }
        after.plug.restore(state);
        if (pci) {
            after.find();
        }
        return after;
    }

    /** §2.7.10, §2.8.14: the driver notifies at the entry that it was last told, and at no other. */
    @ParameterizedTest(name = "pci={0} packed={1}")
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void asksToHearOfTheNextBufferAndNotOfTheFirst(boolean pci, boolean packed) {
        Played played = Played.of(pci, new Sink());
        RingDriver driver =
                played.start(Features.RING_EVENT_IDX | (packed ? Features.RING_PACKED : 0), 0, 8);
        for (int i = 0; i < 5; i++) {
            driver.add(ONE);
        }
        played.ring(0);
        driver.memory.store(driver.deviceArea + (packed ? 0 : 4 + 8L * 8), 2, 0);
        successor(pci, played, new Sink()).board.run();
        long wish =
                packed
                        ? driver.memory.load(driver.deviceArea, 4)
                        : driver.memory.load(driver.deviceArea + 4 + 8L * 8, 2);
        assertEquals(packed ? 0x8005 | 2 << 16 : 5, wish);
    }

    /** What was available while nobody was there is found, and no notification is needed. */
    @ParameterizedTest(name = "pci={0} packed={1}")
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void servesWhatItFinds(boolean pci, boolean packed) {
        Played played = Played.of(pci, new Sink());
        RingDriver driver = played.start(packed ? Features.RING_PACKED : 0, 0, 8);
        driver.add(ONE);
        Played next = successor(pci, played, new Sink());
        next.board.run();
        assertEquals(1, driver.pollAll().size());
        assertEquals(1, next.takeInterrupt());
    }

    @ParameterizedTest(name = "§3.1.1, step 7: between FEATURES_OK and DRIVER_OK, pci={0}")
    @CsvSource({"false", "true"})
    void knowsTheFeaturesThatThePredecessorAgreedTo(boolean pci) {
        Played played = Played.of(pci, new Sink());
        played.negotiate(Features.VERSION_1 | 1L << 3);
        Sink sink = new Sink();
        Played next = successor(pci, played, sink);
        assertEquals(List.of(Features.VERSION_1 | 1L << 3), sink.agreements);
        assertEquals(0, sink.features, "and has not started");
        next.status(Played.ALL_SET);
        Sink third = new Sink();
        successor(pci, next, third);
        assertEquals(sink.agreements, third.agreements);
        assertEquals(Features.VERSION_1 | 1L << 3, third.features);
    }

    @ParameterizedTest(name = "§4.1.4.3.1: status {1} before the swap, pci={0}")
    @CsvSource({"false, 0", "false, 11", "false, 15", "true, 0", "true, 11", "true, 15"})
    void hasAnotherGenerationWhereItsConfigurationIsAnother(boolean pci, int status) {
        Played played = Played.of(pci, new Sink());
        played.accept(Features.VERSION_1);
        played.status(status);
        int before = played.generation();
        Sink other = new Sink();
        other.configuration++;
        Played next = successor(pci, played, other);
        assertEquals(status, next.status());
        assertEquals(status == Played.ALL_SET ? 2 : 0, next.takeInterrupt() & 2);
        assertNotEquals(before, next.generation());
        if (status != Played.ALL_SET) {
            assertEquals(Played.ALL_SET, started(next));
            assertEquals(0, next.takeInterrupt(), "it has read what there is");
        }
    }

    private static int started(Played played) {
        played.accept(Features.VERSION_1);
        played.status(Played.ALL_SET);
        return played.status();
    }

    @ParameterizedTest(name = "packed={0}")
    @CsvSource({"false", "true"})
    void stillNeedsAReset(boolean packed) {
        Played played = Played.of(true, new Sink());
        RingDriver driver = played.start(packed ? Features.RING_PACKED : 0, 0, 8);
        driver.add(List.of(Piece.write(-8L, 4)));
        played.ring(0);
        DeviceState saved = played.plug.save();
        Played next = successor(true, played, new Sink(), saved);
        assertEquals(0x40 | Played.ALL_SET, next.status());
        driver.add(ONE);
        next.ring(0);
        next.board.run();
        assertEquals(List.of(), driver.pollAll());
        assertEquals(text(saved), text(next.plug.save()), "the reason too");
    }

    /** The state's arrays have no text of their own. */
    private static String text(Object value) {
        if (value instanceof DeviceState state) {
            return text(state.values());
        } else if (value instanceof Map<?, ?> map) {
            StringBuilder all = new StringBuilder();
            map.forEach(
                    (name, each) -> all.append(name).append('=').append(text(each)).append(' '));
            return all.toString();
        } else if (value instanceof List<?> list) {
            return list.stream().map(SuccessionTest::text).toList().toString();
        }
        return value instanceof int[] ints
                ? java.util.Arrays.toString(ints)
                : String.valueOf(value);
    }

    /** §4.1.4.9: an access that the driver has begun is ended by the successor. */
    @Test
    void keepsTheWindowInConfigurationSpace() {
        Played played = Played.of(true, new Sink());
        int at = played.window();
        played.board.configure(0, at + 4, 1, 4);
        played.board.configure(0, at + 8, 4, 18);
        played.board.configure(0, at + 12, 4, 2);
        Played next = successor(true, played, new Sink());
        assertEquals(Sink.QUEUES, next.board.configuration(0, at + 16, 2), "num_queues");
        next.board.powerOn();
        next.plug.reset();
        assertEquals(0, next.board.configuration(0, at + 8, 4), "power-on");
    }

    /** A size that no driver should write is kept until it is enabled. */
    @Test
    void keepsASetUpThatMakesNoSenseYet() {
        Played played = Played.of(false, new Sink());
        played.negotiate(Features.VERSION_1);
        played.select(0);
        played.size(-1);
        Played next = successor(false, played, new Sink());
        next.select(0);
        next.enable();
        next.status(Played.ALL_SET);
        assertEquals(0x40, next.status() & 0x40);
    }

    static List<Arguments> impossible() {
        List<Arguments> all = new ArrayList<>();
        all.add(row("unknown status bits", v -> v.put("status", 0x1F)));
        all.add(row("DRIVER_OK without FEATURES_OK", v -> v.put("status", 7)));
        all.add(row("features that are not offered", v -> v.put("accepted", -1L)));
        all.add(row("no VERSION_1", v -> v.put("accepted", 0)));
        all.add(row("another ring's position", v -> queue(v).put("position", new int[5])));
        all.add(
                row(
                        "a position beyond 16 bits",
                        v -> queue(v).put("position", new int[] {0, 1 << 16, 0})));
        all.add(row("a ring that is not RAM", v -> queue(v).put("descriptors", -16L)));
        all.add(row("a ring without a queue", v -> queue(v).put("enabled", false)));
        all.add(row("no ring size", v -> queue(v).put("size", 0)));
        all.add(row("a transport's state that is short", v -> v.put("transport", new int[3])));
        all.add(row("another type", v -> v.put("type", 2)));
        all.add(row("a queue less", v -> v.put("queues", List.of())));
        all.add(row("queues that are none", v -> v.put("queues", List.of(1, 2))));
        all.add(row("no state of the device", v -> v.remove("own")));
        return all;
    }

    private static Arguments row(String name, Consumer<Map<String, Object>> change) {
        return Arguments.of(name, change);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> queue(Map<String, Object> values) {
        List<Object> queues = new ArrayList<>((List<Object>) values.get("queues"));
        Map<String, Object> queue = new LinkedHashMap<>((Map<String, Object>) queues.get(0));
        queues.set(0, queue);
        values.put("queues", queues);
        return queue;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("impossible")
    void refusesAStateThatCannotBe(String name, Consumer<Map<String, Object>> change) {
        Played played = Played.of(false, new Sink());
        played.start(0, 0, 8);
        DeviceState saved = played.plug.save();
        Map<String, Object> values = new LinkedHashMap<>(saved.values());
        change.accept(values);
        DeviceState state = new DeviceState(saved.schema(), saved.version(), values);
        assertThrows(
                IllegalArgumentException.class,
                () -> successor(false, played, new Sink(), state),
                name);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "-1, 1, 0, 1, 0",
        "8, 1, 0, 1, 0",
        "0, 2, 0, 1, 0",
        "0, 1, 8, 1, 0",
        "0, 1, 0, 1, -1"
    })
    void refusesAPositionThatIsNotInThePackedRing(int a, int b, int c, int d, int e) {
        Played played = Played.of(false, new Sink());
        played.start(Features.RING_PACKED, 0, 8);
        DeviceState saved = played.plug.save();
        Map<String, Object> values = new LinkedHashMap<>(saved.values());
        queue(values).put("position", new int[] {a, b, c, d, e});
        DeviceState state = new DeviceState(saved.schema(), saved.version(), values);
        assertThrows(
                IllegalArgumentException.class, () -> successor(false, played, new Sink(), state));
    }
}
