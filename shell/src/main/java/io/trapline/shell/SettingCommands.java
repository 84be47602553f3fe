package io.trapline.shell;

import io.trapline.machine.InspectedNode;
import io.trapline.machine.Machine;
import io.trapline.machine.Machines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;

/** What an operator changes of the configurations that devices come from, while the guest runs. */
@Component(service = {SettingCommands.class, Settings.class})
@GogoCommand(
        scope = "device",
        function = {"add", "settings", "set", "remove"})
public final class SettingCommands implements Settings {
    private final Machines machines;
    private final DeviceConfigurations configurations;
    private final ServiceComponentRuntime components;
    private final Vocabulary vocabulary;

    /** Of this framework. */
    @Activate
    public SettingCommands(
            BundleContext context,
            @Reference Machines machines,
            @Reference ConfigurationAdmin configurations,
            @Reference ServiceComponentRuntime components,
            @Reference MetaTypeService metatypes) {
        this.machines = machines;
        this.configurations = new DeviceConfigurations(configurations);
        this.components = components;
        this.vocabulary = new Vocabulary(context, metatypes);
    }

    /** A device comes to a running machine; nothing of it remains if it cannot serve. */
    @Descriptor("adds a device to a running machine" + Words.LASTS)
    public InspectedNode add(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine,
            @Descriptor("what it is, e.g. devices.virtioblk") String pid,
            @Descriptor(Words.DEVICE) String device,
            @Descriptor("its settings, e.g. image=/srv/data.img readonly=true") String... settings)
            throws IOException, InterruptedException {
        Machine chosen = Chosen.machine(machines, machine);
        Map<String, Object> values = vocabulary.read(pid, settings);
        refuseAnother(chosen.name(), pid, device);
        values.put(DeviceConfigurations.NAME, device);
        values.put(DeviceConfigurations.MACHINE, chosen.name());
        Configuration made = configurations.make(pid, chosen.name(), device);
        try {
            new Outcome(components, chosen, device).update(made, values);
        } catch (Outcome.Failed e) {
            made.delete();
            throw new IllegalArgumentException(
                    "device " + device + " is not added: " + e.getMessage(), e);
        }
        return shown(device, List.of(made));
    }

    private void refuseAnother(String machine, String pid, String device) throws IOException {
        for (Configuration other : configurations.all(machine).getOrDefault(device, List.of())) {
            // More of the same device, as devices.virtioblk.limits is, goes beside it.
            if (!pid.startsWith(other.getFactoryPid() + ".")) {
                throw new IllegalArgumentException(
                        "machine "
                                + machine
                                + " has "
                                + other.getFactoryPid()
                                + " "
                                + device
                                + " already: device:set changes it, device:remove takes it away");
            }
        }
    }

    /** What is set. */
    @Descriptor("shows how a device is configured")
    public InspectedNode settings(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine,
            @Descriptor(Words.DEVICE) String device)
            throws IOException {
        String chosen = Chosen.machine(machines, machine).name();
        return shown(device, configurations.of(chosen, device));
    }

    /** A device goes on with other settings; with those that it had, if it cannot. */
    @Descriptor(
            "changes settings of a device while the guest runs: a disk set to another size tells the"
                    + " guest"
                    + Words.LASTS)
    public InspectedNode set(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine,
            @Descriptor(Words.DEVICE) String device,
            @Descriptor("what to change, e.g. size=2G") String... settings)
            throws IOException, InterruptedException {
        Machine chosen = Chosen.machine(machines, machine);
        List<Configuration> all = configurations.of(chosen.name(), device);
        if (settings.length == 0) {
            throw new IllegalArgumentException(
                    "wanted KEY=VALUE; keys of " + device + ": " + String.join(", ", keys(all)));
        }
        new Change(new Outcome(components, chosen, device), device).make(read(all, settings));
        return shown(device, all);
    }

    /** What is to be set, by whose key it is. */
    private Map<Configuration, Map<String, Object>> read(
            List<Configuration> all, String... settings) {
        Map<Configuration, Map<String, Object>> read = new LinkedHashMap<>();
        for (String setting : settings) {
            Configuration knows = whoKnows(setting.split("=", 2)[0], all);
            Map<String, Object> values = vocabulary.read(knows.getFactoryPid(), setting);
            if (values.containsKey(DeviceConfigurations.NAME)
                    || values.containsKey(DeviceConfigurations.MACHINE)) {
                throw new IllegalArgumentException(
                        "another name or machine makes another device: device:remove this one and"
                                + " device:add that");
            }
            read.computeIfAbsent(knows, c -> new TreeMap<>()).putAll(values);
        }
        return read;
    }

    /** Whose key it is; the device's own, if nobody's. */
    private Configuration whoKnows(String key, List<Configuration> all) {
        return all.stream()
                .filter(one -> keys(one.getFactoryPid()).anyMatch(key::equals))
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
            @Descriptor(Words.DEVICE) String device)
            throws IOException {
        Machine chosen = Chosen.machine(machines, machine);
        List<Configuration> all = configurations.of(chosen.name(), device);
        InspectedNode was = shown(device, all);
        // First: else the guest's accesses would wait for a successor.
        if (chosen.devices().stream().anyMatch(row -> row.name().equals(device))) {
            chosen.remove(device);
        }
        for (Configuration configuration : all) {
            configuration.delete();
        }
        return was;
    }

    @Override
    public Stream<String> pids() {
        return vocabulary.pids().stream().filter(pid -> !pid.equals(Machines.PID));
    }

    @Override
    public Stream<String> keys(String pid) {
        var keys = vocabulary.keysIfKnown(pid);
        return keys == null ? Stream.empty() : keys.keySet().stream();
    }

    @Override
    public Stream<String> devices(String machine) {
        return found(machine).keySet().stream();
    }

    @Override
    public Stream<String> keys(String machine, String device) {
        return keys(found(machine).getOrDefault(device, List.of())).stream();
    }

    private Map<String, List<Configuration>> found(String machine) {
        try {
            return configurations.all(Chosen.machine(machines, machine).name());
        } catch (IOException | IllegalArgumentException e) {
            return Map.of();
        }
    }

    private List<String> keys(List<Configuration> of) {
        List<String> keys = new ArrayList<>();
        for (Configuration configuration : of) {
            keys(configuration.getFactoryPid())
                    .filter(key -> !key.equals(DeviceConfigurations.NAME))
                    .filter(key -> !key.equals(DeviceConfigurations.MACHINE))
                    .forEach(keys::add);
        }
        return keys;
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
        return DeviceConfigurations.values(configuration).entrySet().stream()
                .filter(e -> !e.getKey().startsWith("service."))
                .map(e -> new InspectedNode(e.getKey(), Typed.show(e.getValue()), List.of()))
                .toList();
    }
}
