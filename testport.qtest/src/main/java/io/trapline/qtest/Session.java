package io.trapline.qtest;

import io.trapline.device.Device;
import io.trapline.hypervisor.Hypervisor;
import io.trapline.machine.MachineListener;
import io.trapline.machine.Machines;
import io.trapline.qtest.machine.QtestHypervisor;
import io.trapline.qtest.monitor.Monitor;
import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.CommandLine;
import io.trapline.qtest.options.KeyValues;
import io.trapline.qtest.options.Option;
import io.trapline.qtest.port.Port;
import io.trapline.qtest.port.PortLog;
import io.trapline.qtest.setup.Assembly;
import io.trapline.qtest.setup.DeviceSet;
import io.trapline.qtest.setup.DeviceTypes;
import io.trapline.qtest.setup.FirmwareConfiguration;
import io.trapline.qtest.setup.Plan;
import io.trapline.qtest.setup.Wire;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.cm.ConfigurationAdmin;

/** One machine for one client, from the command line to the client's end. */
final class Session {
    /** Service property of a {@link ByteChannel}: its name as a character device. */
    private static final String CHARDEV = "trapline.chardev";

    private final BundleContext context;
    private final Machines machines;
    private final DeviceTypes types;
    private final Assembly assembly;
    private final Channels channels;
    private final QtestHypervisor hypervisor = new QtestHypervisor();

    /** Held by who does a command, the port's or a monitor's: they come one after the other. */
    private final Lock turn = new ReentrantLock();

    Session(
            BundleContext context,
            Machines machines,
            ConfigurationAdmin configurations,
            DeviceTypes types,
            Channels channels) {
        this.context = context;
        this.machines = machines;
        this.types = types;
        this.channels = channels;
        assembly = new Assembly(configurations, machines, types);
    }

    /** Makes the machine, finds its clients, and serves them until the port's is gone. */
    void serve(CommandLine line)
            throws BadOption, Assembly.Failed, IOException, InterruptedException {
        for (String jar : line.all(Option.BUNDLE)) {
            install(Path.of(jar).toAbsolutePath());
        }
        Plan plan = new Plan(line, types);
        KeyValues place = plan.port();
        List<KeyValues> monitors = plan.monitors();
        DeviceSet devices = new DeviceSet(plan, assembly, this::connect);
        make(plan, devices);

        try {
            serve(
                    line,
                    place,
                    monitors,
                    new Controls(machines, plan.drivers(), devices, turn, channels));
        } catch (ClosedChannelException e) {
            // It was ended while it waited for a client: an end as good as any.
        }
    }

    private void serve(
            CommandLine line, KeyValues place, List<KeyValues> monitors, Controls controls)
            throws IOException {
        Port port = new Port(hypervisor.machine(Assembly.MACHINE), turn, log(line));
        boolean standard = place.first().equals(Plan.STDIO);
        Wire wire = standard ? null : channels.add(Wire.of(place));
        List<Wire> lines = new ArrayList<>();
        for (KeyValues monitor : monitors) {
            lines.add(channels.add(Wire.of(monitor)));
        }
        for (Wire monitor : lines) {
            begin(monitor, controls);
        }
        if (standard) {
            port.serve(
                    channels.add(new FileInputStream(FileDescriptor.in).getChannel()),
                    channels.add(new FileOutputStream(FileDescriptor.out).getChannel()));
        } else {
            ByteChannel client = channels.add(wire.channel());
            port.serve(client, client);
        }
    }

    private void install(Path jar) throws IOException {
        try {
            context.installBundle(jar.toUri().toString()).start();
        } catch (BundleException e) {
            throw new IOException("bundle " + jar + ": " + e.getMessage(), e);
        }
    }

    private void make(Plan plan, DeviceSet devices)
            throws BadOption, Assembly.Failed, IOException, InterruptedException {
        int processors = plan.processors();
        long memory = plan.memory();
        Device firmware = new FirmwareConfiguration(memory, processors, plan.uuid());
        publish(MachineListener.class, assembly, Map.of());
        publish(Hypervisor.class, hypervisor, Map.of());
        if (plan.hasFirmwareConfiguration()) {
            publish(Device.class, firmware, Map.of(Device.NAME, FirmwareConfiguration.DEVICE));
        }
        devices.configure();
        assembly.configure(QtestHypervisor.NAME, memory, processors);
        assembly.awaitRunning();
        if (plan.hasFirmwareConfiguration()) {
            assembly.awaitServing(FirmwareConfiguration.DEVICE);
        }
        devices.await();
    }

    private void connect(String name, KeyValues socket) throws IOException {
        publish(ByteChannel.class, channels.add(Wire.of(socket).channel()), Map.of(CHARDEV, name));
    }

    private <S> void publish(Class<S> type, S service, Map<String, Object> properties) {
        Dictionary<String, Object> copy = new Hashtable<>(properties);
        context.registerService(type, service, copy);
    }

    /** A monitor that is waited for has its client before the port is served; others find theirs by themselves. */
    private void begin(Wire wire, Controls controls) throws IOException {
        ByteChannel client = wire.waits() ? channels.add(wire.channel()) : null;
        Thread thread = new Thread(() -> serve(wire, client, controls), "qtest-monitor");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Wire wire, ByteChannel client, Controls controls) {
        try {
            ByteChannel channel = client == null ? channels.add(wire.channel()) : client;
            new Monitor(channel, controls).serve();
        } catch (ClosedChannelException e) {
            // It was ended while it waited.
        } catch (IOException e) {
            System.err.println("trapline: qtest: monitor: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static PortLog log(CommandLine line) throws IOException {
        String place = line.last(Option.QTEST_LOG);
        return PortLog.open(place == null ? "none" : place);
    }
}
