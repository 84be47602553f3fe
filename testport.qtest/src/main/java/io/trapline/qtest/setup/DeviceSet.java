package io.trapline.qtest.setup;

import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.KeyValues;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** The devices that were asked for, and can be taken out again. By one thread at a time. */
public final class DeviceSet {
    private final Plan plan;
    private final Assembly assembly;
    private final Lines lines;
    private final Map<String, DeviceSpec> byName = new HashMap<>();

    /** Opens the lines that devices want. */
    @FunctionalInterface
    public interface Lines {
        /**
         * Connects to a socket and publishes the channel for a device.
         *
         * @param name under which the device looks for it
         */
        void connect(String name, KeyValues socket) throws IOException;
    }

    /** What a plan has. */
    public DeviceSet(Plan plan, Assembly assembly, Lines lines) {
        this.plan = plan;
        this.assembly = assembly;
        this.lines = lines;
    }

    /** Configures all that the plan has; they come by themselves. */
    public void configure() throws BadOption, IOException {
        for (DeviceSpec device : plan.devices()) {
            configure(device);
        }
    }

    private void configure(DeviceSpec device) throws BadOption, IOException {
        for (Map.Entry<String, KeyValues> line : plan.backends().newLines().entrySet()) {
            lines.connect(line.getKey(), line.getValue());
        }
        assembly.configure(device);
        byName.put(device.name(), device);
    }

    /** Waits until all of them serve. */
    public void await() throws Assembly.Failed, InterruptedException {
        for (String name : byName.keySet()) {
            assembly.awaitServing(name);
        }
    }

    /** Adds one; nothing of it remains if it cannot serve. */
    public void add(KeyValues option)
            throws BadOption, Assembly.Failed, IOException, InterruptedException {
        DeviceSpec device = plan.drivers().device(option);
        try {
            configure(device);
            assembly.awaitServing(device.name());
        } catch (BadOption | Assembly.Failed | IOException e) {
            if (byName.containsKey(device.name())) {
                remove(device.name());
            } else {
                plan.drivers().forget(device.name());
            }
            throw e;
        }
    }

    /** Changes a setting of one while it serves; if it cannot serve with that, it goes on as it was. */
    public void change(String name, String key, String value)
            throws BadOption, Assembly.Failed, IOException, InterruptedException {
        DeviceSpec before = byName.get(name);
        Map<String, String> settings = new HashMap<>(before.settings());
        settings.put(key, value);
        DeviceSpec after = new DeviceSpec(before.pid(), name, settings);
        try {
            assembly.reconfigure(after);
            byName.put(name, after);
        } catch (Assembly.Failed e) {
            restore(before, e);
            throw e;
        }
    }

    private void restore(DeviceSpec device, Assembly.Failed because)
            throws BadOption, IOException, InterruptedException {
        try {
            assembly.reconfigure(device);
        } catch (Assembly.Failed e) {
            because.addSuppressed(e);
        }
    }

    /** Whether there is one of that name. */
    public boolean has(String name) {
        return byName.containsKey(name);
    }

    /** Whether one that there is has left the machine. */
    public boolean isOut(String name) {
        return assembly.isOut(name);
    }

    /** Waits until one has left the machine. By any thread. */
    public void awaitOut(String name) throws InterruptedException {
        assembly.awaitOut(name);
    }

    /** Takes one out; false: there is none of that name. */
    public boolean remove(String name) throws IOException, InterruptedException {
        DeviceSpec device = byName.remove(name);
        if (device == null) {
            return false;
        }
        assembly.remove(device);
        plan.drivers().forget(name);
        return true;
    }
}
