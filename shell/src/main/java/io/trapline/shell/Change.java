package io.trapline.shell;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.osgi.service.cm.Configuration;

/** New settings of one device, in one or several configurations: all of them, or none. */
final class Change {
    private final Outcome outcome;
    private final String device;
    private final Map<Configuration, Map<String, Object>> before = new LinkedHashMap<>();

    Change(Outcome outcome, String device) {
        this.outcome = outcome;
        this.device = device;
    }

    /**
     * Makes it.
     *
     * @throws IllegalArgumentException if the device cannot serve so. It has its old settings again then, unless it did
     *     not serve with them either
     */
    void make(Map<Configuration, Map<String, Object>> wanted)
            throws IOException, InterruptedException {
        boolean served = outcome.serves();
        for (Map.Entry<Configuration, Map<String, Object>> change : wanted.entrySet()) {
            Map<String, Object> old = DeviceConfigurations.values(change.getKey());
            Map<String, Object> values = new TreeMap<>(old);
            values.putAll(change.getValue());
            if (equal(old, values)) {
                continue;
            }
            before.put(change.getKey(), old);
            try {
                outcome.update(change.getKey(), values);
            } catch (Outcome.Failed e) {
                String now = served ? undone(e.takenOut) : " does not serve so either";
                throw new IllegalArgumentException(
                        "device " + device + now + ": " + e.getMessage(), e);
            }
        }
    }

    private static boolean equal(Map<String, Object> one, Map<String, Object> other) {
        return one.keySet().equals(other.keySet())
                && one.keySet().stream()
                        .allMatch(key -> Objects.deepEquals(one.get(key), other.get(key)));
    }

    /** How the device is once it has its old settings, if it was taken out without its state. */
    private String undone(boolean takenOut) throws IOException, InterruptedException {
        String now =
                takenOut
                        ? " has its old settings, and begins as at power-on"
                        : " goes on as it was";
        for (Map.Entry<Configuration, Map<String, Object>> old : before.entrySet()) {
            try {
                outcome.update(old.getKey(), old.getValue());
            } catch (Outcome.Failed e) {
                now = " does not come back with its old settings (" + e.getMessage() + ")";
            }
        }
        return now;
    }
}
