package io.trapline.ioreq;

import io.trapline.device.Device;
import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.Hypervisor;
import io.trapline.machine.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The core's machine without a framework around it: devices are plugged in by hand, never swapped. */
public final class BareMachine implements AutoCloseable {
    /** The name that {@link #BareMachine(Hypervisor, long, Path, long)} gives. */
    private static final String NAME = "bench";

    private static final long HOLD_NANOS = 2_000_000_000L;
    private static final long SLOW_NANOS = 1_000_000_000L;
    private static final long HUNG_NANOS = 5_000_000_000L;

    private final Host host = new Host(event -> {});
    private final LiveMachine machine;

    /**
     * Makes a machine of one vCPU; nothing runs yet.
     *
     * @param hypervisor who makes it
     * @param memory bytes of RAM
     * @param image a flat image, loaded and entered in real mode; null: nothing is loaded
     * @param address where
     */
    public BareMachine(Hypervisor hypervisor, long memory, Path image, long address)
            throws IOException {
        this(NAME, hypervisor, memory, 1, image, address, Map.of());
    }

    /**
     * The same with a name, several vCPUs, and settings that only the backend knows.
     *
     * @param options by name
     */
    public BareMachine(
            String name,
            Hypervisor hypervisor,
            long memory,
            int vcpus,
            Path image,
            long address,
            Map<String, String> options)
            throws IOException {
        MachineSpec spec =
                new MachineSpec(
                        name,
                        hypervisor.name(),
                        memory,
                        vcpus,
                        image,
                        address,
                        CpuMode.REAL,
                        options,
                        HOLD_NANOS,
                        SLOW_NANOS,
                        HUNG_NANOS,
                        true);
        machine = new LiveMachine(spec, hypervisor, "measured", host, System::nanoTime);
    }

    /** Plugs a device in; it has an ioreq client of its own. */
    public void plug(String name, Device device) {
        machine.plug(new Plug(device, name, name, "bench", "1.0.0", 1));
    }

    /** Lets the guest run. */
    public void start() throws IOException {
        machine.start();
    }

    /** What an administrator sees. */
    public Machine seen() {
        return machine;
    }

    @Override
    public void close() {
        machine.end("measured");
        host.close();
    }
}
