package io.trapline.ioreq;

import io.trapline.device.Device;
import io.trapline.hypervisor.Hypervisor;
import io.trapline.hypervisor.Readiness;
import io.trapline.machine.BackendRow;
import io.trapline.machine.Machine;
import io.trapline.machine.MachineEvent;
import io.trapline.machine.MachineListener;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * All machines: makes those that are configured as soon as their backend is there, ends them with their
 * configuration, and brings them the device services that are published for them (a whiteboard).
 *
 * <p>Machines are made and ended by one thread, {@code admin}; devices come and go on the thread that
 * publishes or withdraws their service, so that a bundle is not stopped before its device is out.
 */
@Component(service = Machines.class, immediate = true)
public final class MachineRegistry implements Machines {
    /** What is tried where none is named; one that wants a client for its accesses is not. */
    private static final List<String> PREFERENCE = List.of("acrn", "kvm", "sim");

    private final BundleContext bundles;
    private final ExecutorService admin =
            Executors.newSingleThreadExecutor(r -> thread(r, "trapline-machines"));
    private final ExecutorService teller =
            Executors.newSingleThreadExecutor(r -> thread(r, "trapline-events"));
    private final Host host = new Host(this::tell);
    private final List<MachineListener> listeners = new CopyOnWriteArrayList<>();
    private final FrameworkListener startListener = this::frameworkChanged;
    private final SynchronousBundleListener bundleListener = this::bundleChanged;

    // Guarded by this.
    private final Map<String, ConfiguredMachine> wanted = new TreeMap<>();
    private final Map<String, LiveMachine> machines = new TreeMap<>();
    private final Map<String, MachineRow> failures = new TreeMap<>();
    private final Map<String, Hypervisor> hypervisors = new TreeMap<>();
    private final Map<ServiceReference<Device>, Plug> plugs = new LinkedHashMap<>();
    private boolean closing;

    /** Begins to make machines. */
    @Activate
    public MachineRegistry(BundleContext bundles) {
        this.bundles = bundles;
        bundles.addBundleListener(bundleListener);
        bundles.addFrameworkListener(startListener);
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Deactivate
    void close() {
        bundles.removeFrameworkListener(startListener);
        bundles.removeBundleListener(bundleListener);
        endAll("the core is stopping");
        admin.shutdown();
        teller.shutdown();
        host.close();
    }

    private void endAll(String reason) {
        List<LiveMachine> living;
        synchronized (this) {
            closing = true;
            living = List.copyOf(machines.values());
        }
        living.forEach(LiveMachine::halt);
        living.forEach(machine -> machine.end(reason));
    }

    /** Backends that are configured to start have started: what is still missing will not come. */
    private void frameworkChanged(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.STARTED) {
            later(this::makeWanted);
        }
    }

    private void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.UNINSTALLED) {
            long id = event.getBundle().getBundleId();
            living().forEach(machine -> machine.bundleGone(id));
        } else if (event.getType() == BundleEvent.STOPPING
                && event.getBundle().getBundleId() == 0) {
            endAll("the framework is stopping");
        }
    }

    private void later(Runnable task) {
        try {
            admin.execute(task);
        } catch (RejectedExecutionException e) {
            // closing: nothing is made any more
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void addHypervisor(Hypervisor hypervisor) {
        hypervisors.put(hypervisor.name(), hypervisor);
        later(this::makeWanted);
    }

    void removeHypervisor(Hypervisor hypervisor) {
        synchronized (this) {
            hypervisors.remove(hypervisor.name(), hypervisor);
        }
        for (LiveMachine machine : living()) {
            if (machine.row().backend().equals(hypervisor.name())) {
                machine.end("its backend " + hypervisor.name() + " was removed");
            }
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void addMachine(ConfiguredMachine machine) {
        wanted.put(machine.name(), machine);
        later(this::makeWanted);
    }

    void removeMachine(ConfiguredMachine machine) {
        LiveMachine living;
        synchronized (this) {
            if (!wanted.remove(machine.name(), machine)) {
                return;
            }
            failures.remove(machine.name());
            living = machines.remove(machine.name());
        }
        if (living != null) {
            living.end("its configuration was removed");
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addDevice(ServiceReference<Device> reference, Device device) {
        Plug plug = plug(reference, device);
        if (plug == null) {
            return; // it is not told twice that it goes
        }
        LiveMachine machine;
        synchronized (this) {
            plugs.put(reference, plug);
            machine = machines.get(machine(reference));
        }
        if (machine != null) {
            bring(machine, reference, plug);
        }
    }

    /** A machine gets a device, whose service may go at any time: who comes last takes it out again. */
    private void bring(LiveMachine machine, ServiceReference<Device> reference, Plug plug) {
        machine.plug(plug);
        if (!isPresent(reference)) {
            machine.unplug(plug);
        }
    }

    void removeDevice(ServiceReference<Device> reference) {
        Plug plug;
        LiveMachine machine;
        synchronized (this) {
            plug = plugs.remove(reference);
            machine = machines.get(machine(reference));
        }
        if (plug != null && machine != null) {
            machine.unplug(plug);
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addListener(MachineListener listener) {
        listeners.add(listener);
    }

    void removeListener(MachineListener listener) {
        listeners.remove(listener);
    }

    /** The device of a service; null: the service has just gone. */
    private static Plug plug(ServiceReference<Device> reference, Device device) {
        String name = text(reference, Device.NAME);
        if (name.isEmpty()) {
            String pid = text(reference, Constants.SERVICE_PID);
            name =
                    pid.isEmpty()
                            ? text(reference, "component.name")
                            : pid.substring(pid.indexOf('~') + 1);
        }
        if (name.isEmpty()) {
            name = "device" + reference.getProperty(Constants.SERVICE_ID);
        }
        String client = text(reference, Device.CLIENT);
        Bundle bundle = reference.getBundle();
        return bundle == null
                ? null
                : new Plug(
                        device,
                        name,
                        client.isEmpty() ? name : client,
                        bundle.getSymbolicName(),
                        bundle.getVersion().toString(),
                        bundle.getBundleId());
    }

    private static String machine(ServiceReference<Device> reference) {
        String machine = text(reference, Device.MACHINE);
        return machine.isEmpty() ? Device.DEFAULT_MACHINE : machine;
    }

    private static String text(ServiceReference<Device> reference, String key) {
        return reference.getProperty(key) instanceof String text ? text.trim() : "";
    }

    /** Makes what is configured and not there; by the admin thread. */
    private void makeWanted() {
        List<ConfiguredMachine> missing;
        synchronized (this) {
            if (closing) {
                return;
            }
            missing =
                    wanted.values().stream().filter(m -> !machines.containsKey(m.name())).toList();
        }
        missing.forEach(this::make);
    }

    private void make(ConfiguredMachine configured) {
        MachineSpec spec = configured.spec();
        if (spec == null) {
            failed(configured, "", configured.mistake());
            return;
        }
        Choice choice = choose(spec);
        if (choice.hypervisor() == null) {
            if (bundles.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.ACTIVE) {
                failed(configured, "", choice.why());
            }
            return;
        }
        try {
            LiveMachine machine =
                    new LiveMachine(
                            spec.forBackend(
                                    choice.hypervisor().name(), choice.hypervisor().options()),
                            choice.hypervisor(),
                            choice.why(),
                            host,
                            System::nanoTime);
            settle(configured, machine);
        } catch (IOException | RuntimeException | LinkageError e) {
            failed(configured, choice.hypervisor().name(), named(spec.name(), e.getMessage()));
        }
    }

    /** With the machine's name before it, which a backend may have put there. */
    private static String named(String machine, String why) {
        String prefix = "machine " + machine + ": ";
        return String.valueOf(why).startsWith(prefix) ? why : prefix + why;
    }

    /** Brings a new machine its devices, then lets it run. */
    private void settle(ConfiguredMachine configured, LiveMachine machine) {
        List<Map.Entry<ServiceReference<Device>, Plug>> present;
        synchronized (this) {
            if (wanted.get(configured.name()) != configured || closing) {
                machine.end("its configuration was removed");
                return;
            }
            failures.remove(machine.name());
            machines.put(machine.name(), machine);
            present = new ArrayList<>(plugs.entrySet());
        }
        // By name, so that of two that want the same range it is always the same one that gets it.
        present.sort(Comparator.comparing(entry -> entry.getValue().name()));
        for (Map.Entry<ServiceReference<Device>, Plug> entry : present) {
            if (machine(entry.getKey()).equals(machine.name())) {
                bring(machine, entry.getKey(), entry.getValue());
            }
        }
        try {
            machine.start();
        } catch (IOException | RuntimeException e) {
            synchronized (this) {
                machines.remove(machine.name(), machine);
            }
            machine.end("it could not be started");
            failed(configured, machine.row().backend(), named(machine.name(), e.getMessage()));
        }
    }

    private synchronized boolean isPresent(ServiceReference<Device> reference) {
        return plugs.containsKey(reference);
    }

    private void failed(ConfiguredMachine configured, String backend, String why) {
        MachineSpec spec = configured.spec();
        MachineRow row =
                new MachineRow(
                        configured.name(),
                        MachineRow.State.FAILED,
                        backend,
                        spec == null ? 0 : spec.memory(),
                        spec == null ? 0 : spec.vcpus(),
                        0,
                        why);
        synchronized (this) {
            if (wanted.get(configured.name()) != configured) {
                return;
            }
            failures.put(configured.name(), row);
        }
        tell(
                new MachineEvent(
                        Instant.now(),
                        configured.name(),
                        MachineEvent.Kind.MACHINE,
                        "",
                        "FAILED: " + why));
    }

    /**
     * The backend for a machine, and why it is that one.
     *
     * @param hypervisor null: there is none
     */
    private record Choice(Hypervisor hypervisor, String why) {}

    private Choice choose(MachineSpec spec) {
        Map<String, Hypervisor> installed;
        synchronized (this) {
            installed = new TreeMap<>(hypervisors);
        }
        if (!spec.backend().equals("auto")) {
            Hypervisor named = installed.get(spec.backend());
            return named == null
                    ? new Choice(
                            null,
                            "machine "
                                    + spec.name()
                                    + ": backend "
                                    + spec.backend()
                                    + " is not installed, there is "
                                    + installed.keySet())
                    : new Choice(named, "as configured");
        }
        if (bundles.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() != Bundle.ACTIVE) {
            return new Choice(null, "backends are still starting");
        }
        List<String> passed = new ArrayList<>();
        for (String name : PREFERENCE) {
            Hypervisor hypervisor = installed.get(name);
            if (hypervisor == null) {
                passed.add(name + " is not installed");
                continue;
            }
            Readiness readiness = hypervisor.probe();
            if (readiness.ready()) {
                passed.add(name + ": " + readiness.summary());
                return new Choice(hypervisor, String.join("; ", passed));
            }
            passed.add("not " + name + ": " + readiness.summary());
        }
        return new Choice(
                null,
                "machine " + spec.name() + ": no backend works here: " + String.join("; ", passed));
    }

    private void tell(MachineEvent event) {
        try {
            teller.execute(() -> listeners.forEach(listener -> tell(listener, event)));
        } catch (RejectedExecutionException e) {
            // closing: nobody listens any more
        }
    }

    private static void tell(MachineListener listener, MachineEvent event) {
        try {
            listener.happened(event);
        } catch (RuntimeException | LinkageError e) {
            System.getLogger(MachineRegistry.class.getName())
                    .log(System.Logger.Level.WARNING, "listener failed on " + event, e);
        }
    }

    private synchronized List<LiveMachine> living() {
        return List.copyOf(machines.values());
    }

    @Override
    public List<MachineRow> list() {
        Map<String, MachineRow> rows;
        synchronized (this) {
            rows = new TreeMap<>(failures);
        }
        living().forEach(machine -> rows.put(machine.name(), machine.row()));
        return List.copyOf(rows.values());
    }

    @Override
    public Machine machine(String name) {
        synchronized (this) {
            LiveMachine machine = machines.get(name);
            if (machine == null) {
                throw new IllegalArgumentException(
                        "no machine " + name + ", there is " + machines.keySet());
            }
            return machine;
        }
    }

    @Override
    public List<BackendRow> backends() {
        List<Hypervisor> installed;
        synchronized (this) {
            installed = List.copyOf(hypervisors.values());
        }
        return installed.stream().map(MachineRegistry::row).toList();
    }

    private static BackendRow row(Hypervisor hypervisor) {
        Readiness readiness = hypervisor.probe();
        return new BackendRow(
                hypervisor.name(),
                readiness.ready(),
                readiness.summary(),
                readiness.findings().stream()
                        .map(f -> new BackendRow.Finding(f.name(), f.ok(), f.detail(), f.remedy()))
                        .collect(Collectors.toList()));
    }
}
