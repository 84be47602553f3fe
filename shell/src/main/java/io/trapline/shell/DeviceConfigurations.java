package io.trapline.shell;

import io.trapline.machine.Machines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The configurations that the devices of machines come from. */
final class DeviceConfigurations {
    static final String NAME = "name";
    static final String MACHINE = "machine";

    /**
     * A PID is never used again. Felix's Declarative Services ask for a configuration that has just been deleted,
     * which makes one of that PID that belongs to no factory.
     */
    private static final AtomicInteger MADE = new AtomicInteger();

    private final ConfigurationAdmin configurations;

    DeviceConfigurations(ConfigurationAdmin configurations) {
        this.configurations = configurations;
    }

    /** A new one, empty; it is its name, not its PID, that says which device it is of. */
    Configuration make(String pid, String machine, String device) throws IOException {
        String name = machine + "." + device + "." + MADE.incrementAndGet();
        return configurations.getFactoryConfiguration(pid, name, "?");
    }

    /**
     * Those of a device; its own first, then what belongs to it.
     *
     * @throws IllegalArgumentException if there is none
     */
    List<Configuration> of(String machine, String device) throws IOException {
        Map<String, List<Configuration>> all = all(machine);
        List<Configuration> found = all.get(device);
        if (found == null) {
            throw new IllegalArgumentException(
                    "no device "
                            + device
                            + " with a configuration in machine "
                            + machine
                            + ", there is "
                            + all.keySet());
        }
        return found;
    }

    /** Those of a machine's devices, by the device's name. */
    Map<String, List<Configuration>> all(String machine) throws IOException {
        Map<String, List<Configuration>> found = new TreeMap<>();
        try {
            Configuration[] all = configurations.listConfigurations("(service.factoryPid=*)");
            for (Configuration configuration : all == null ? new Configuration[0] : all) {
                Map<String, Object> values = values(configuration);
                boolean device = !configuration.getFactoryPid().equals(Machines.PID);
                if (device && machine.equals(machine(values))) {
                    found.computeIfAbsent(name(configuration, values), n -> new ArrayList<>())
                            .add(configuration);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
        found.values()
                .forEach(own -> own.sort(Comparator.comparingInt(c -> c.getFactoryPid().length())));
        return found;
    }

    private static String machine(Map<String, Object> values) {
        String machine = values.getOrDefault(MACHINE, "").toString().trim();
        return machine.isEmpty() ? Machines.DEFAULT : machine;
    }

    private static String name(Configuration configuration, Map<String, Object> values) {
        String name = values.getOrDefault(NAME, "").toString().trim();
        String pid = configuration.getPid();
        return name.isEmpty() ? pid.substring(pid.indexOf('~') + 1) : name;
    }

    /** What is set. */
    static Map<String, Object> values(Configuration configuration) {
        Map<String, Object> values = new TreeMap<>();
        Dictionary<String, Object> properties = configuration.getProperties();
        if (properties != null) {
            Collections.list(properties.keys())
                    .forEach(key -> values.put(key, properties.get(key)));
        }
        return values;
    }
}
