package io.trapline.ioreq;

import io.trapline.device.Device;
import io.trapline.machine.MachineEvent;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A machine over a {@link FakeVm}, with a manual clock. */
final class TestMachine implements AutoCloseable {
    final FakeVm vm = new FakeVm();
    final List<MachineEvent> events = new CopyOnWriteArrayList<>();
    final Host host = new Host(events::add);
    final LiveMachine machine;
    volatile long nanos;

    TestMachine() throws IOException {
        this(1);
    }

    TestMachine(int vcpus) throws IOException {
        machine = new LiveMachine(spec(vcpus), vm, "a test", host, () -> nanos);
        machine.start();
    }

    static MachineSpec spec(int vcpus) {
        return new MachineSpec(
                "main",
                "fake",
                FakeVm.RAM,
                vcpus,
                null,
                0,
                null,
                Map.of(),
                TimeUnit.MINUTES.toNanos(10));
    }

    /** A plug for a device, as a bundle of that version would publish it. */
    static Plug plug(String name, String version, Device device) {
        return new Plug(device, name, name, "test.bundle", version, 7);
    }

    /** Plugs a device in, version 1.0.0. */
    Plug plug(String name, Device device) {
        Plug plug = plug(name, "1.0.0", device);
        machine.plug(plug);
        return plug;
    }

    @Override
    public void close() {
        machine.end("test over");
        host.close();
    }
}
