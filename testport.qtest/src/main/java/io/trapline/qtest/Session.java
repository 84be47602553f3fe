package io.trapline.qtest;

import io.trapline.device.Device;
import io.trapline.hypervisor.Hypervisor;
import io.trapline.machine.MachineListener;
import io.trapline.qtest.machine.QtestHypervisor;
import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.CommandLine;
import io.trapline.qtest.options.KeyValues;
import io.trapline.qtest.options.Option;
import io.trapline.qtest.port.Port;
import io.trapline.qtest.port.PortLog;
import io.trapline.qtest.setup.Assembly;
import io.trapline.qtest.setup.DeviceSpec;
import io.trapline.qtest.setup.DeviceTypes;
import io.trapline.qtest.setup.FirmwareConfiguration;
import io.trapline.qtest.setup.Plan;
import io.trapline.qtest.setup.Wire;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** One machine for one client, from the command line to the client's end. */
final class Session {
    private final BundleContext context;
    private final DeviceTypes types;
    private final Assembly assembly;
    private final Channels channels;
    private final QtestHypervisor hypervisor = new QtestHypervisor();

    /** Held by who does a command, the port's or a monitor's: they come one after the other. */
    private final Lock turn = new ReentrantLock();

    Session(BundleContext context, DeviceTypes types, Assembly assembly, Channels channels) {
        this.context = context;
        this.types = types;
        this.assembly = assembly;
        this.channels = channels;
    }

    /** Makes the machine, finds the client, and serves it until it is gone. */
    void serve(CommandLine line)
            throws BadOption, Assembly.Failed, IOException, BundleException, InterruptedException {
        for (String jar : line.all(Option.BUNDLE)) {
            context.installBundle(Path.of(jar).toAbsolutePath().toUri().toString()).start();
        }
        Plan plan = new Plan(line, types);
        make(plan);
        Port port = new Port(hypervisor.machine(Assembly.MACHINE), turn, log(line));
        KeyValues place = plan.port();
        if (place.first().equals(Plan.STDIO)) {
            port.serve(
                    channels.add(new FileInputStream(FileDescriptor.in).getChannel()),
                    channels.add(new FileOutputStream(FileDescriptor.out).getChannel()));
        } else {
            ByteChannel channel = channels.add(Wire.open(place));
            port.serve(channel, channel);
        }
    }

    private void make(Plan plan)
            throws BadOption, Assembly.Failed, IOException, InterruptedException {
        publish(MachineListener.class, assembly, Map.of());
        publish(Hypervisor.class, hypervisor, Map.of());
        int processors = plan.processors();
        if (plan.hasFirmwareConfiguration()) {
            Device device = new FirmwareConfiguration(processors);
            publish(Device.class, device, Map.of(Device.NAME, FirmwareConfiguration.DEVICE));
        }
        for (DeviceSpec device : plan.devices()) {
            assembly.configure(device);
        }
        assembly.configure(QtestHypervisor.NAME, plan.memory(), processors);
        assembly.awaitRunning();
        if (plan.hasFirmwareConfiguration()) {
            assembly.awaitServing(FirmwareConfiguration.DEVICE);
        }
        for (DeviceSpec device : plan.devices()) {
            assembly.awaitServing(device.name());
        }
    }

    private <S> void publish(Class<S> type, S service, Map<String, Object> properties) {
        Dictionary<String, Object> copy = new Hashtable<>(properties);
        context.registerService(type, service, copy);
    }

    private static PortLog log(CommandLine line) throws IOException {
        String place = line.last(Option.QTEST_LOG);
        return PortLog.open(place == null ? "none" : place);
    }
}
