package io.trapline.virtio;

import io.trapline.device.DeviceState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a successor needs of the rings and the negotiation: {@code virtio}, version 1. */
record NegotiationState(
        int status,
        long accepted,
        int generation,
        int seenGeneration,
        String why,
        QueueSetup[] setups,
        int[][] positions) {
    static final String SCHEMA = "virtio";
    static final int VERSION = 1;

    /** In plain values, with the transport's and the device's own. */
    DeviceState toDeviceState(int type, int[] transport, DeviceState own) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("type", type);
        values.put("status", status);
        values.put("accepted", accepted);
        values.put("generation", generation);
        values.put("seenGeneration", seenGeneration);
        values.put("why", why);
        List<Object> queues = new ArrayList<>();
        for (QueueSetup setup : setups) {
            Map<String, Object> queue = new LinkedHashMap<>();
            queue.put("size", setup.size);
            queue.put("enabled", setup.enabled);
            queue.put("descriptors", setup.descriptors);
            queue.put("driverArea", setup.driverArea);
            queue.put("deviceArea", setup.deviceArea);
            queue.put("vector", setup.vector);
            queue.put("position", positions[setup.index]);
            queues.add(queue);
        }
        values.put("queues", queues);
        values.put("transport", transport);
        values.put("ownSchema", own.schema());
        values.put("ownVersion", own.version());
        values.put("own", own.values());
        return new DeviceState(SCHEMA, VERSION, values);
    }

    /** Refuses what is no state of such a device. */
    static NegotiationState of(DeviceState state, int type, int queueCount, int most) {
        state.require(SCHEMA, VERSION);
        require(state.number("type") == type, "type=" + state.number("type") + ", wanted " + type);
        Object list = state.values().get("queues");
        require(
                list instanceof List<?> all && all.size() == queueCount,
                "its queues are not " + queueCount);
        QueueSetup[] setups = new QueueSetup[queueCount];
        int[][] positions = new int[queueCount][];
        for (int i = 0; i < queueCount; i++) {
            Object each = ((List<?>) list).get(i);
            require(each instanceof Map<?, ?>, "queue " + i + " is none");
            DeviceState queue = new DeviceState("virtio queue " + i, 1, named((Map<?, ?>) each));
            setups[i] = setup(queue, i, most);
            positions[i] = queue.ints("position");
        }
        return new NegotiationState(
                (int) state.number("status"),
                state.number("accepted"),
                (int) state.number("generation"),
                (int) state.number("seenGeneration"),
                state.text("why"),
                setups,
                positions);
    }

    private static QueueSetup setup(DeviceState queue, int index, int most) {
        QueueSetup setup = new QueueSetup(index, most);
        setup.size = (int) queue.number("size");
        setup.enabled = queue.flag("enabled");
        setup.descriptors = queue.number("descriptors");
        setup.driverArea = queue.number("driverArea");
        setup.deviceArea = queue.number("deviceArea");
        setup.vector = (int) queue.number("vector") & QueueSetup.NO_VECTOR;
        return setup;
    }

    /** What the device itself had saved. */
    static DeviceState own(DeviceState state) {
        Object values = state.values().get("own");
        require(values instanceof Map<?, ?>, "the device's own state is missing");
        return new DeviceState(
                state.text("ownSchema"),
                (int) state.number("ownVersion"),
                named((Map<?, ?>) values));
    }

    private static Map<String, Object> named(Map<?, ?> map) {
        Map<String, Object> named = new LinkedHashMap<>();
        map.forEach(
                (key, value) ->
                        named.put((String) key, value)); // a state's maps have such keys only
        return named;
    }

    static void require(boolean right, String what) {
        if (!right) {
            throw new IllegalArgumentException("state " + SCHEMA + ": " + what);
        }
    }
}
