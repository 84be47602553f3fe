package io.trapline.it;

import static org.junit.jupiter.api.Assertions.fail;

import io.trapline.hypervisor.ScriptedGuest;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.Machine;
import io.trapline.machine.MachineEvent;
import io.trapline.machine.MachineListener;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Machines, guests and bundles of one test; all of it is gone when it is closed. */
final class MachineFixture {
    private static final long PATIENCE_SECONDS = 30;
    private static final int LAST_EVENTS = 50;
    private static final String MONITOR = "guest/monitor.bin";
    private static final AtomicInteger CONFIGURED = new AtomicInteger();

    private final BundleContext context =
            FrameworkUtil.getBundle(MachineFixture.class).getBundleContext();
    private final LinkedBlockingQueue<MachineEvent> events = new LinkedBlockingQueue<>();
    private final Deque<MachineEvent> last = new ArrayDeque<>(); // of those that were taken
    private final List<ServiceRegistration<?>> services = new ArrayList<>();
    private final List<Configuration> configurations = new ArrayList<>();
    private final List<Bundle> bundles = new ArrayList<>();
    private final List<SerialLine> lines = new ArrayList<>();
    private Path folder; // null: no file was wanted
    final Machines machines = service(Machines.class);

    MachineFixture() {
        services.add(context.registerService(MachineListener.class, events::add, null));
    }

    <T> T service(Class<T> type) {
        ServiceReference<T> reference = context.getServiceReference(type);
        if (reference == null) {
            return fail("no service " + type.getName());
        }
        return context.getService(reference);
    }

    /** A running machine on the simulator, its guest driven by the test. */
    Probe simulated(String name) throws Exception {
        Probe probe = new Probe();
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(ScriptedGuest.NAME, "probe-" + name);
        services.add(context.registerService(ScriptedGuest.class, probe, properties));
        configure(
                name,
                Map.of(
                        "backend",
                        "sim",
                        "guest",
                        "probe-" + name,
                        "memory",
                        "2M",
                        "hold",
                        20_000L));
        await(
                "machine " + name + " runs",
                () -> row(name) != null && row(name).state() == MachineRow.State.RUNNING);
        return probe;
    }

    /** A running machine whose guest is the monitor, of machine code, or the simulator's twin of it. */
    void monitor(String name, String backend) throws Exception {
        Path image = file("monitor.bin");
        try (InputStream monitor = bundle("io.trapline.guest").getResource(MONITOR).openStream()) {
            Files.copy(monitor, image);
        }
        boot(name, backend, image, "2M");
    }

    /** A running machine that boots a file; the simulator passes it over. */
    void boot(String name, String backend, Path image, String memory) throws Exception {
        configure(
                name,
                Map.of(
                        "backend",
                        backend,
                        "image",
                        image.toString(),
                        "memory",
                        memory,
                        "hold",
                        20_000L));
        await(
                "machine " + name + " runs",
                () -> row(name) != null && row(name).state() == MachineRow.State.RUNNING);
    }

    /** COM1 of a machine, and who is at its other end. */
    SerialLine uart(String machine) throws Exception {
        SerialLine line = new SerialLine();
        lines.add(line);
        String name = "it-" + CONFIGURED.incrementAndGet();
        services.add(
                context.registerService(
                        ByteChannel.class,
                        line,
                        new Hashtable<>(Map.of("trapline.chardev", name))));
        configure("devices.uart", "com1", Map.of("machine", machine, "chardev", "service:" + name));
        return line;
    }

    /** Where a file of this name may be made, which goes with the rest. */
    Path file(String name) throws IOException {
        if (folder == null) {
            folder = Files.createTempDirectory("trapline-it");
        }
        return folder.resolve(name);
    }

    /** An installed bundle. */
    Bundle bundle(String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName().equals(symbolicName))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Configures a machine, under a PID that was never there before: Felix's Declarative Services ask for the
     * configuration that was just deleted, which makes one of that PID that belongs to no factory.
     */
    void configure(String name, Map<String, Object> settings) throws Exception {
        configure(Machines.PID, name, settings);
    }

    /** The same for a component of any PID: a device, for example. */
    Configuration configure(String pid, String name, Map<String, Object> settings)
            throws Exception {
        Configuration configuration =
                service(ConfigurationAdmin.class)
                        .getFactoryConfiguration(
                                pid, name + "." + CONFIGURED.incrementAndGet(), "?");
        configurations.add(configuration);
        Hashtable<String, Object> properties = new Hashtable<>(settings);
        properties.put("name", name);
        configuration.update(properties);
        return configuration;
    }

    MachineRow row(String name) {
        return machines.list().stream().filter(r -> r.name().equals(name)).findFirst().orElse(null);
    }

    Machine machine(String name) {
        return machines.machine(name);
    }

    /** The device of that name; null if the machine has none. */
    DeviceRow device(String machine, String name) {
        return machine(machine).devices().stream()
                .filter(d -> d.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Waits until a device serves, and as many successors have taken over since it came. */
    void awaitServing(String machine, String name, int swaps) throws InterruptedException {
        await(
                "device " + name + " serves after " + swaps + " swaps",
                () -> {
                    DeviceRow row = device(machine, name);
                    return row != null
                            && row.state() == DeviceRow.State.SERVING
                            && row.swaps() == swaps;
                });
    }

    /** Installs a bundle and starts it. */
    Bundle start(DeviceBundle content) throws BundleException {
        Bundle bundle =
                context.installBundle("it:" + content.name() + ":" + bundles.size(), content.jar());
        bundles.add(bundle);
        bundle.start();
        return bundle;
    }

    /** Waits until something is true; looks again at each event. */
    void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                fail("waited " + PATIENCE_SECONDS + " s until " + what + "; " + situation());
            }
            keep(events.poll(20, TimeUnit.MILLISECONDS));
        }
    }

    private void keep(MachineEvent event) {
        if (event != null) {
            last.add(event);
        }
        if (last.size() > LAST_EVENTS) {
            last.remove();
        }
    }

    private String situation() {
        Bundle framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
        while (!events.isEmpty()) {
            keep(events.poll());
        }
        return "state of the framework: "
                + framework.getState()
                + ", configurations: "
                + configurations
                + machines.list().stream().map(this::situation).collect(Collectors.joining())
                + "\n  last events:"
                + last.stream().map(event -> "\n    " + event).collect(Collectors.joining());
    }

    private String situation(MachineRow machine) {
        List<DeviceRow> devices = List.of();
        try {
            devices = machine(machine.name()).devices();
        } catch (IllegalArgumentException e) {
            // gone meanwhile, or it could not be made: its row says why
        }
        return "\n  "
                + machine
                + devices.stream().map(row -> "\n    " + row).collect(Collectors.joining());
    }

    /** Takes everything away again. */
    void close() throws Exception {
        for (Bundle bundle : bundles) {
            if (bundle.getState() != Bundle.UNINSTALLED) {
                bundle.uninstall();
            }
        }
        for (Configuration configuration : configurations) {
            configuration.delete();
        }
        await("the machines are gone", () -> machines.list().isEmpty());
        services.forEach(ServiceRegistration::unregister);
        lines.forEach(SerialLine::close);
        if (folder != null) {
            for (Path file : Files.list(folder).toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        }
    }
}
