package io.trapline.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a device hands to its successor: plain JDK values that nobody can change later. */
class DeviceStateTest {
    private static DeviceState of(String name, Object value) {
        return new DeviceState("uart.16550a", 2, Map.of(name, value));
    }

    private static String refusal(Object value) {
        return assertThrows(IllegalArgumentException.class, () -> of("x", value)).getMessage();
    }

    @Test
    void copiesWhatItIsGiven() {
        byte[] bytes = {1, 2};
        int[] ints = {3};
        long[] longs = {4};
        List<Object> list = new ArrayList<>(List.of(bytes));
        Map<String, Object> map = new HashMap<>(Map.of("ints", ints, "longs", longs, "list", list));
        DeviceState state = new DeviceState("s", 1, map);
        bytes[0] = 9;
        ints[0] = 9;
        longs[0] = 9;
        list.add("more");
        map.put("more", 1);

        assertEquals(3, state.values().size());
        assertArrayEquals(new int[] {3}, state.ints("ints"));
        assertArrayEquals(new long[] {4}, (long[]) state.values().get("longs"));
        assertEquals(1, ((List<?>) state.values().get("list")).size());
        assertArrayEquals(
                new byte[] {1, 2}, (byte[]) ((List<?>) state.values().get("list")).get(0));
    }

    @Test
    void givesCopiesAway() {
        DeviceState state = of("fifo", new byte[] {1});
        state.bytes("fifo")[0] = 7;

        assertEquals(1, state.bytes("fifo")[0]);
        assertThrows(UnsupportedOperationException.class, () -> state.values().clear());
        DeviceState nested = of("map", Map.of("list", List.of(1)));
        Map<?, ?> inner = (Map<?, ?>) nested.values().get("map");
        assertThrows(UnsupportedOperationException.class, inner::clear);
        assertThrows(UnsupportedOperationException.class, ((List<?>) inner.get("list"))::clear);
    }

    @Test
    void readsEachKindOfValue() {
        DeviceState state =
                new DeviceState(
                        "s", 1, Map.of("i", -1, "l", Long.MAX_VALUE, "b", true, "t", "text"));

        assertEquals(-1, state.number("i"));
        assertEquals(Long.MAX_VALUE, state.number("l"));
        assertTrue(state.flag("b"));
        assertEquals("text", state.text("t"));
    }

    @Test
    void refusesWhatWouldPinAClassLoader() {
        assertEquals("not a plain value: x is java.lang.Object", refusal(new Object()));
        assertEquals("not a plain value: x is java.math.BigInteger", refusal(BigInteger.ONE));
        assertEquals("not a plain value: x is [[I", refusal(new int[1][1]));
        assertEquals("not a plain value: x is java.lang.Double", refusal(1.5));
        assertEquals(
                "not a plain value: x[] is java.lang.Character", refusal(List.of(List.of(), 'c')));
        assertEquals(
                "not a plain value: x.y is java.lang.Object", refusal(Map.of("y", new Object())));
        assertEquals("not a name: x.1", refusal(Map.of(1, "one")));
        Map<String, Object> withNull = new HashMap<>();
        withNull.put("x", null);
        assertEquals(
                "not a plain value: x is null",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new DeviceState("s", 1, withNull))
                        .getMessage());
    }

    @Test
    void saysWhatIsMissingOrOfAnotherKind() {
        DeviceState state = of("lcr", 3);
        assertEquals(
                "state uart.16550a: ier is missing, wanted Number",
                assertThrows(IllegalArgumentException.class, () -> state.number("ier"))
                        .getMessage());
        assertEquals(
                "state uart.16550a: lcr is Integer, wanted Boolean",
                assertThrows(IllegalArgumentException.class, () -> state.flag("lcr")).getMessage());
        assertThrows(IllegalArgumentException.class, () -> state.bytes("lcr"));
        assertThrows(IllegalArgumentException.class, () -> state.ints("lcr"));
        assertThrows(IllegalArgumentException.class, () -> state.text("lcr"));
    }

    @ParameterizedTest
    @CsvSource({
        "uart.16550a, 3, true",
        "uart.16550a, 2, true",
        "uart.16550a, 1, false",
        "rtc.mc146818, 2, false"
    })
    void isUnderstoodUpToTheNewestVersionThatTheReaderKnows(
            String schema, int newest, boolean understood) {
        DeviceState state = of("lcr", 3);
        if (understood) {
            state.require(schema, newest);
        } else {
            String refusal =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> state.require(schema, newest))
                            .getMessage();
            assertEquals(
                    "state not understood: schema=uart.16550a version=2, wanted schema="
                            + schema
                            + " version=1 to "
                            + newest,
                    refusal);
        }
    }

    @Test
    void hasVersionsFromOne() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new DeviceState("s", 0, Map.of()).require("s", 1));
    }

    @Test
    void isRefusedByADeviceThatKeepsNone() {
        Device stateless =
                new Device() {
                    @Override
                    public void install(Board board) {}

                    @Override
                    public void reset() {}
                };
        stateless.restore(stateless.save());
        assertEquals(
                "state not understood: schema=uart.16550a version=2, this device keeps no state",
                assertThrows(IllegalArgumentException.class, () -> stateless.restore(of("lcr", 3)))
                        .getMessage());
    }
}
