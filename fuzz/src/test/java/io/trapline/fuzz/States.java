package io.trapline.fuzz;

import io.trapline.device.DeviceState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Saved states: compared, measured, and spoiled. */
final class States {
    private static final int MUTATIONS = 4;
    private static final int LENGTHS = 40;

    private States() {}

    static boolean equal(DeviceState a, DeviceState b) {
        return a.schema().equals(b.schema())
                && a.version() == b.version()
                && a.values().keySet().equals(b.values().keySet())
                && a.values().keySet().stream()
                        .allMatch(name -> same(a.values().get(name), b.values().get(name)));
    }

    private static boolean same(Object a, Object b) {
        if (a instanceof List<?> one && b instanceof List<?> other) {
            return one.size() == other.size()
                    && IntStream.range(0, one.size()).allMatch(i -> same(one.get(i), other.get(i)));
        } else if (a instanceof Map<?, ?> one && b instanceof Map<?, ?> other) {
            return one.keySet().equals(other.keySet())
                    && one.keySet().stream().allMatch(name -> same(one.get(name), other.get(name)));
        }
        return Objects.deepEquals(a, b);
    }

    static String text(DeviceState state) {
        Map<String, Object> plain = new LinkedHashMap<>();
        state.values().forEach((name, value) -> plain.put(name, text(value)));
        return state.schema() + " " + state.version() + " " + plain;
    }

    private static Object text(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(States::text).toList();
        } else if (value instanceof Map<?, ?> map) {
            Map<Object, Object> plain = new LinkedHashMap<>();
            map.forEach((name, each) -> plain.put(name, text(each)));
            return plain;
        }
        if (value instanceof byte[] bytes) {
            return Arrays.toString(bytes);
        } else if (value instanceof int[] ints) {
            return Arrays.toString(ints);
        }
        return value instanceof long[] longs ? Arrays.toString(longs) : value;
    }

    /** How much it keeps: one for each value, and for each element of an array. */
    static int size(DeviceState state) {
        return size(state.values().values());
    }

    private static int size(Collection<?> values) {
        int size = 0;
        for (Object value : values) {
            if (value instanceof List<?> list) {
                size += size(list);
            } else if (value instanceof Map<?, ?> map) {
                size += size(map.values());
            } else if (value instanceof byte[] bytes) {
                size += bytes.length;
            } else if (value instanceof int[] ints) {
                size += ints.length;
            } else if (value instanceof long[] longs) {
                size += longs.length;
            }
            size++;
        }
        return size;
    }

    /** A state near a real one, changed in some places. */
    static DeviceState spoiled(DeviceState state, Input input) {
        Map<String, Object> values = spoiled(state.values(), input);
        int header = input.next();
        return new DeviceState(
                header == 1 ? "none" : state.schema(),
                header >= 2 && header < 6 ? header - 2 : state.version(),
                values);
    }

    private static Map<String, Object> spoiled(Map<String, Object> state, Input input) {
        Map<String, Object> values = new LinkedHashMap<>(state);
        List<String> names = new ArrayList<>(values.keySet());
        for (int left = 1 + input.below(MUTATIONS); left > 0; left--) {
            String name = names.get(input.below(names.size()));
            Object spoiled = spoiled(values.get(name), input);
            if (spoiled == null) {
                values.remove(name);
            } else {
                values.put(name, spoiled);
            }
        }
        return values;
    }

    /** Null: it is left out. */
    private static Object spoiled(Object value, Input input) {
        return switch (input.below(12)) {
            case 0 -> input.number(8);
            case 1 -> (int) (byte) input.next();
            case 2 -> input.next() % 2 == 0;
            case 3 -> "text";
            case 4 -> bytes(input);
            case 5 -> ints(input);
            case 6 -> null;
            case 7 -> -1L;
            default -> near(value, input);
        };
    }

    private static byte[] bytes(Input input) {
        byte[] bytes = new byte[input.below(LENGTHS)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) input.next();
        }
        return bytes;
    }

    private static int[] ints(Input input) {
        int[] ints = new int[input.below(LENGTHS)];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = (int) input.number(2);
        }
        return ints;
    }

    /** The same kind of value, another one. */
    private static Object near(Object value, Input input) {
        if (value instanceof List<?> list && !list.isEmpty()) {
            List<Object> other = new ArrayList<>(list);
            int place = input.below(other.size());
            other.set(place, near(other.get(place), input));
            return other;
        } else if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            Map<String, Object> named = new LinkedHashMap<>();
            map.forEach((name, each) -> named.put((String) name, each));
            return spoiled(named, input);
        }
        if (value instanceof Boolean flag) {
            return !flag;
        } else if (value instanceof Integer number) {
            return number ^ 1 << input.below(32);
        } else if (value instanceof Long number) {
            return number ^ 1L << input.below(64);
        } else if (value instanceof byte[] bytes && bytes.length > 0) {
            byte[] other = bytes.clone();
            other[input.below(other.length)] = (byte) input.next();
            return other;
        } else if (value instanceof int[] ints && ints.length > 0) {
            int[] other = ints.clone();
            other[input.below(other.length)] = (int) input.number(2);
            return other;
        }
        return value == null ? 0 : value;
    }
}
