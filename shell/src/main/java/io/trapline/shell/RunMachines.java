package io.trapline.shell;

import io.trapline.machine.DeviceRow;
import io.trapline.machine.MachineListener;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Does {@code trapline run}: waits for the configured machines, says what became of them, opens the console. */
@Component(property = "trapline.command=run")
public final class RunMachines implements Callable<Integer> {
    /** Framework property: names of the configured machines, separated by commas. */
    private static final String NAMES = "trapline.machines";

    private static final Duration DEADLINE = Duration.ofSeconds(15);

    private final Machines machines;
    private final Console console;
    private final Screen screen;
    private final Narrator narrator;
    private final BundleContext context;

    /** Of this process. */
    @Activate
    public RunMachines(
            @Reference Machines machines,
            @Reference Console console,
            @Reference Screen screen,
            @Reference Narrator narrator,
            BundleContext context) {
        this.machines = machines;
        this.console = console;
        this.screen = screen;
        this.narrator = narrator;
        this.context = context;
    }

    /** Returns 0 if a machine runs, or none was asked for; 1 if none of them could be made. */
    @Override
    public Integer call() throws InterruptedException {
        List<String> names =
                Stream.of(context.getProperty(NAMES).split(","))
                        .filter(name -> !name.isEmpty())
                        .toList();
        awaitAll(names);
        boolean runs = names.isEmpty();
        for (String name : names) {
            runs |= tell(name);
        }
        if (runs) {
            narrator.begin();
            hint();
            console.open();
        }
        return runs ? 0 : 1;
    }

    private void awaitAll(List<String> names) throws InterruptedException {
        Object changed = new Object();
        MachineListener listener =
                event -> {
                    synchronized (changed) {
                        changed.notifyAll();
                    }
                };
        ServiceRegistration<MachineListener> registration =
                context.registerService(MachineListener.class, listener, null);
        try {
            long end = System.nanoTime() + DEADLINE.toNanos();
            synchronized (changed) {
                while (!names.stream().allMatch(this::decided) && System.nanoTime() < end) {
                    changed.wait(100);
                }
            }
        } finally {
            registration.unregister();
        }
    }

    private boolean decided(String name) {
        MachineRow row = row(name);
        return row != null && row.state() != MachineRow.State.CREATED;
    }

    private MachineRow row(String name) {
        return machines.list().stream()
                .filter(row -> row.name().equals(name))
                .findAny()
                .orElse(null);
    }

    private boolean tell(String name) {
        MachineRow row = row(name);
        if (row == null) {
            System.err.println(
                    "trapline: machine "
                            + name
                            + ": not made within "
                            + DEADLINE.toSeconds()
                            + " s");
            return false;
        }
        if (row.state() == MachineRow.State.FAILED) {
            System.err.println("trapline: " + said(name, row.detail()));
            return false;
        }
        screen.print(
                "machine "
                        + name
                        + ": "
                        + Tables.word(row.state())
                        + " on "
                        + row.backend()
                        + ", "
                        + row.vcpus()
                        + " vCPU, "
                        + Tables.bytes(row.memory())
                        + (row.detail().isEmpty() ? "" : " (" + row.detail() + ")"));
        Chosen.devices(machines, row).stream()
                .filter(device -> device.state() != DeviceRow.State.SERVING)
                .forEach(this::tell);
        return true;
    }

    private void tell(DeviceRow device) {
        System.err.println(
                "trapline: device "
                        + device.name()
                        + ": "
                        + Tables.word(device.state())
                        + ": "
                        + device.detail());
    }

    /** Details begin with the machine's name or do not. */
    private static String said(String machine, String detail) {
        String prefix = "machine " + machine + ": ";
        return detail.startsWith(prefix) ? detail : prefix + detail;
    }

    private void hint() {
        String size = context.getProperty("trapline.terminal");
        if (size != null && !size.isEmpty()) {
            screen.print(
                    "Ctrl-] moves between this shell and the guest's console; help lists commands; exit ends");
        }
    }
}
