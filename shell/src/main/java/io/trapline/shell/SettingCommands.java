package io.trapline.shell;

import io.trapline.machine.InspectedNode;
import io.trapline.machine.Machines;
import java.io.IOException;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.MetaTypeService;

/** What an operator changes of the configurations that devices come from, while the guest runs. */
@Component(service = SettingCommands.class)
@GogoCommand(
        scope = "device",
        function = {"add", "settings", "set", "remove"})
public final class SettingCommands {
    private static final String NAME = "name";
    private static final String MACHINE = "machine";

    private final Machines machines;
    private final ConfigurationAdmin configurations;
    private final Vocabulary vocabulary;

    /** Of this framework. */
    @Activate
    public SettingCommands(
            BundleContext context,
            @Reference Machines machines,
            @Reference ConfigurationAdmin configurations,
            @Reference MetaTypeService metatypes) {
        this.machines = machines;
        this.configurations = configurations;
        this.vocabulary = new Vocabulary(context, metatypes);
    }

    /** A device comes to a running machine. */
    @Descriptor("adds a device to a running machine; lasts as long as this process")
    public InspectedNode add(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine,
            @Descriptor("what it is, e.g. devices.virtioblk") String pid,
            @Descriptor("its name, e.g. data") String device,
            @Descriptor("its settings, e.g. image=/srv/data.img readonly=true") String... settings)
            throws IOException {
        String chosen = Chosen.machine(machines, machine).name();
        Map<String, Object> values = vocabulary.read(pid, settings);
        if (all(chosen).containsKey(device)) {
            throw new IllegalArgumentException(
                    "machine " + chosen + " has a device " + device + " already");
        }
        values.put(NAME, device);
        values.put(MACHINE, chosen);
        return updated(
                device,
                configurations.getFactoryConfiguration(pid, chosen + "." + device, "?"),
                values);
    }

    /** What is set. */
    @Descriptor("shows how a device is configured")
    public InspectedNode settings(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine,
            @Descriptor("the device's name, e.g. disk") String device)
            throws IOException {
        Configuration configuration = of(machine, device);
        return shown(device, configuration, values(configuration));
    }

    /** A device goes on with other settings. */
    @Descriptor(
            "changes settings of a device while the guest runs: a disk set to another size tells the"
                    + " guest; lasts as long as this process")
    public InspectedNode set(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine,
            @Descriptor("the device's name, e.g. disk") String device,
            @Descriptor("what to change, e.g. size=2G") String... settings)
            throws IOException {
        Configuration configuration = of(machine, device);
        Map<String, Object> values = values(configuration);
        Map<String, Object> changes = vocabulary.read(configuration.getFactoryPid(), settings);
        if (changes.containsKey(NAME) || changes.containsKey(MACHINE)) {
            throw new IllegalArgumentException(
                    "another name or machine makes another device: device:remove this one and"
                            + " device:add that");
        }
        values.putAll(changes);
        return updated(device, configuration, values);
    }

    /** A device goes, and its configuration with it. */
    @Descriptor(
            "removes a device and its configuration at once, without asking the guest: see device:eject")
    public InspectedNode remove(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine,
            @Descriptor("the device's name, e.g. disk") String device)
            throws IOException {
        Configuration configuration = of(machine, device);
        InspectedNode was = shown(device, configuration, values(configuration));
        configuration.delete();
        return was;
    }

    private Configuration of(String machine, String device) throws IOException {
        String chosen = Chosen.machine(machines, machine).name();
        Map<String, Configuration> all = all(chosen);
        Configuration configuration = all.get(device);
        if (configuration == null) {
            throw new IllegalArgumentException(
                    "no device "
                            + device
                            + " with a configuration in machine "
                            + chosen
                            + ", there is "
                            + all.keySet());
        }
        return configuration;
    }

    /** The configurations of a machine's devices, by the device's name. */
    private Map<String, Configuration> all(String machine) throws IOException {
        Map<String, Configuration> found = new TreeMap<>();
        try {
            Configuration[] all = configurations.listConfigurations("(service.factoryPid=*)");
            for (Configuration configuration : all == null ? new Configuration[0] : all) {
                Map<String, Object> values = values(configuration);
                boolean device = !configuration.getFactoryPid().equals(Machines.PID);
                if (device && machine.equals(values.getOrDefault(MACHINE, "main"))) {
                    String pid = configuration.getPid();
                    String name = pid.substring(pid.indexOf('~') + 1);
                    found.put(values.getOrDefault(NAME, name).toString(), configuration);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
        return found;
    }

    private static Map<String, Object> values(Configuration configuration) {
        Map<String, Object> values = new TreeMap<>();
        Dictionary<String, Object> properties = configuration.getProperties();
        if (properties != null) {
            Collections.list(properties.keys())
                    .forEach(key -> values.put(key, properties.get(key)));
        }
        return values;
    }

    private static InspectedNode updated(
            String device, Configuration configuration, Map<String, Object> values)
            throws IOException {
        configuration.update(new Hashtable<>(values));
        return shown(device, configuration, values);
    }

    private static InspectedNode shown(
            String device, Configuration configuration, Map<String, Object> values) {
        List<InspectedNode> children =
                values.entrySet().stream()
                        .filter(e -> !e.getKey().startsWith("service."))
                        .map(e -> new InspectedNode(e.getKey(), e.getValue().toString(), List.of()))
                        .toList();
        return new InspectedNode(device, configuration.getFactoryPid(), children);
    }
}
