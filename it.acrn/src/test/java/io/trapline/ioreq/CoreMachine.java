package io.trapline.ioreq;

import io.trapline.device.Device;
import io.trapline.hypervisor.Hypervisor;
import io.trapline.machine.Machine;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The core's machine without a framework around it: devices are plugged in by hand. */
public final class CoreMachine implements AutoCloseable {
    private final Host host = new Host(event -> {});
    private final LiveMachine machine;

    /** Made, not started; it boots nothing. */
    public CoreMachine(
            String name, Hypervisor hypervisor, int vcpus, long memory, Map<String, String> options)
            throws IOException {
        MachineSpec spec =
                new MachineSpec(
                        name,
                        hypervisor.name(),
                        memory,
                        vcpus,
                        null,
                        0,
                        null,
                        options,
                        TimeUnit.MINUTES.toNanos(1),
                        TimeUnit.SECONDS.toNanos(1),
                        TimeUnit.SECONDS.toNanos(5),
                        true);
        machine = new LiveMachine(spec, hypervisor, "a test", host, System::nanoTime);
    }

    /** Plugs a device in; it has an ioreq client of its own. */
    public void plug(String name, Device device) {
        machine.plug(new Plug(device, name, name, "it.acrn", "1.0.0", 1));
    }

    public void start() throws IOException {
        machine.start();
    }

    /** What an administrator sees and does. */
    public Machine seen() {
        return machine;
    }

    @Override
    public void close() {
        machine.end("the test is over");
        host.close();
    }
}
