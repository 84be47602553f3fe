package io.trapline.shell;

import io.trapline.machine.InspectedNode;
import io.trapline.machine.Machines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
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
        for (Configuration other : all(chosen).getOrDefault(device, List.of())) {
            // More of the same device, as devices.virtioblk.limits is, goes beside it.
            if (!pid.startsWith(other.getFactoryPid() + ".")) {
                throw new IllegalArgumentException(
                        "machine " + chosen + " has a device " + device + " already");
            }
        }
        values.put(NAME, device);
        values.put(MACHINE, chosen);
        return updated(
                configurations.getFactoryConfiguration(pid, chosen + "." + device, "?"), values);
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
        return shown(device, of(machine, device));
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
        List<Configuration> all = of(machine, device);
        Map<Configuration, Map<String, Object>> changes = new LinkedHashMap<>();
        for (String setting : settings) {
            Configuration knows = whoKnows(setting.split("=", 2)[0], all);
            Map<String, Object> read = vocabulary.read(knows.getFactoryPid(), setting);
            if (read.containsKey(NAME) || read.containsKey(MACHINE)) {
                throw new IllegalArgumentException(
                        "another name or machine makes another device: device:remove this one and"
                                + " device:add that");
            }
            changes.computeIfAbsent(knows, SettingCommands::values).putAll(read);
        }
        for (Map.Entry<Configuration, Map<String, Object>> change : changes.entrySet()) {
            change.getKey().update(new Hashtable<>(change.getValue()));
        }
        return shown(device, all);
    }

    /** Whose key it is; the device's own, if nobody's. */
    private Configuration whoKnows(String key, List<Configuration> all) {
        return all.stream()
                .filter(one -> vocabulary.keys(one.getFactoryPid()).containsKey(key))
                .findFirst()
                .orElse(all.get(0));
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
        List<Configuration> all = of(machine, device);
        InspectedNode was = shown(device, all);
        for (Configuration configuration : all) {
            configuration.delete();
        }
        return was;
    }

    private List<Configuration> of(String machine, String device) throws IOException {
        String chosen = Chosen.machine(machines, machine).name();
        Map<String, List<Configuration>> all = all(chosen);
        List<Configuration> found = all.get(device);
        if (found == null) {
            throw new IllegalArgumentException(
                    "no device "
                            + device
                            + " with a configuration in machine "
                            + chosen
                            + ", there is "
                            + all.keySet());
        }
        return found;
    }

    /** The configurations of a machine's devices, by the device's name; its own first, then what belongs to it. */
    private Map<String, List<Configuration>> all(String machine) throws IOException {
        Map<String, List<Configuration>> found = new TreeMap<>();
        try {
            Configuration[] all = configurations.listConfigurations("(service.factoryPid=*)");
            for (Configuration configuration : all == null ? new Configuration[0] : all) {
                Map<String, Object> values = values(configuration);
                boolean device = !configuration.getFactoryPid().equals(Machines.PID);
                if (device && machine.equals(values.getOrDefault(MACHINE, "main"))) {
                    String pid = configuration.getPid();
                    Object name = values.getOrDefault(NAME, pid.substring(pid.indexOf('~') + 1));
                    found.computeIfAbsent(name.toString(), n -> new ArrayList<>())
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

    private static Map<String, Object> values(Configuration configuration) {
        Map<String, Object> values = new TreeMap<>();
        Dictionary<String, Object> properties = configuration.getProperties();
        if (properties != null) {
            Collections.list(properties.keys())
                    .forEach(key -> values.put(key, properties.get(key)));
        }
        return values;
    }

    private static InspectedNode updated(Configuration configuration, Map<String, Object> values)
            throws IOException {
        configuration.update(new Hashtable<>(values));
        return shown(values.get(NAME).toString(), List.of(configuration));
    }

    /** One group a configuration. */
    private static InspectedNode shown(String device, List<Configuration> configurations) {
        return new InspectedNode(
                device,
                "",
                configurations.stream()
                        .map(c -> new InspectedNode(c.getFactoryPid(), "", settings(c)))
                        .toList());
    }

    private static List<InspectedNode> settings(Configuration configuration) {
        return values(configuration).entrySet().stream()
                .filter(e -> !e.getKey().startsWith("service."))
                .map(e -> new InspectedNode(e.getKey(), e.getValue().toString(), List.of()))
                .toList();
    }
}
