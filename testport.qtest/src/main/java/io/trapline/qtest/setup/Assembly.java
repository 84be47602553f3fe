package io.trapline.qtest.setup;

import io.trapline.machine.DeviceRow;
import io.trapline.machine.MachineListener;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import io.trapline.qtest.options.BadOption;
import java.io.IOException;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The machine as configurations, and what has become of them. */
public final class Assembly implements MachineListener {
    /** The machine's name. */
    public static final String MACHINE = "main";

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

    private final ConfigurationAdmin configurations;
    private final Machines machines;
    private final DeviceTypes types;

    /** Of a framework; to be published as a listener. */
    public Assembly(ConfigurationAdmin configurations, Machines machines, DeviceTypes types) {
        this.configurations = configurations;
        this.machines = machines;
        this.types = types;
    }

    @Override
    public synchronized void happened(io.trapline.machine.MachineEvent event) {
        notifyAll();
    }

    /** Configures a device; it comes to the machine by itself. */
    public void configure(DeviceSpec device) throws BadOption, IOException {
        Hashtable<String, Object> settings = types.typed(device);
        configuration(device.pid(), device.name()).update(settings);
    }

    /** Configures a device anew, and waits until its successor serves. */
    void reconfigure(DeviceSpec device)
            throws BadOption, IOException, Failed, InterruptedException {
        String name = device.name();
        boolean serves = !isOut(name);
        long before = serves ? device(name).swaps() : 0;
        configure(device);
        if (serves) {
            await(() -> isSucceeded(device(name), before));
            if (isOut(name)) {
                throw new Failed("device " + name + ": " + why(device(name)));
            }
        }
        awaitServing(name);
    }

    /** Whether there is a successor, or none will come. */
    private static boolean isSucceeded(DeviceRow row, long swapsBefore) {
        return row == null
                || row.swaps() != swapsBefore
                || row.state() == DeviceRow.State.REFUSED
                || row.state() == DeviceRow.State.QUARANTINED
                || row.state() == DeviceRow.State.DETACHED;
    }

    private static String why(DeviceRow row) {
        return row == null ? "its bundle made none of this configuration" : row.detail();
    }

    /** Configures the machine. */
    public void configure(String backend, long memory, int processors) throws IOException {
        Hashtable<String, Object> settings = new Hashtable<>();
        settings.put("backend", backend);
        settings.put("memory", (memory >> 20) + "M");
        settings.put("vcpus", processors);
        settings.put("assignbars", false); // the client is the firmware
        configuration(Machines.PID, MACHINE).update(settings);
    }

    private Configuration configuration(String pid, String name) throws IOException {
        return configurations.getFactoryConfiguration(pid, name, "?");
    }

    /** Waits until the machine runs. */
    public void awaitRunning() throws Failed, InterruptedException {
        boolean decided =
                await(() -> machine() != null && machine().state() != MachineRow.State.CREATED);
        MachineRow row = machine();
        if (!decided || row.state() != MachineRow.State.RUNNING) {
            throw new Failed(
                    "machine " + MACHINE + ": " + (row == null ? "not made" : row.detail()));
        }
    }

    private MachineRow machine() {
        return machines.list().stream()
                .filter(row -> row.name().equals(MACHINE))
                .findAny()
                .orElse(null);
    }

    /** Waits until a device serves. */
    public void awaitServing(String device) throws Failed, InterruptedException {
        boolean decided = await(() -> isDecided(device(device)));
        DeviceRow row = device(device);
        if (!decided || row.state() != DeviceRow.State.SERVING) {
            throw new Failed("device " + device + ": " + why(row));
        }
    }

    private static boolean isDecided(DeviceRow row) {
        return row != null
                && List.of(
                                DeviceRow.State.SERVING,
                                DeviceRow.State.REFUSED,
                                DeviceRow.State.QUARANTINED)
                        .contains(row.state());
    }

    /** Takes a device out, and waits until it is. */
    public void remove(DeviceSpec device) throws IOException, InterruptedException {
        configuration(device.pid(), device.name()).delete();
        await(() -> isOut(device.name()));
    }

    /** Whether a device has left the machine. */
    boolean isOut(String name) {
        DeviceRow row = device(name);
        return row == null || row.state() == DeviceRow.State.DETACHED;
    }

    /** Waits until a device has left the machine, however long the guest takes. */
    synchronized void awaitOut(String name) throws InterruptedException {
        while (!isOut(name)) {
            wait();
        }
    }

    /** The row of that device; null: there is none. */
    private DeviceRow device(String name) {
        return machines.machine(MACHINE).devices().stream()
                .filter(row -> row.name().equals(name))
                .findAny()
                .orElse(null);
    }

    /** Waits for a condition; every change of it is an event. */
    private synchronized boolean await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE;
        while (!condition.getAsBoolean()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /** Something that was asked for could not be had. */
    public static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        Failed(String message) {
            super(message);
        }
    }
}
