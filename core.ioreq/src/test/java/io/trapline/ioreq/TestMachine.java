package io.trapline.ioreq;

import io.trapline.device.Device;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.MachineEvent;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A machine over a {@link FakeVm}, with a manual clock. */
final class TestMachine implements AutoCloseable {
    /** A machine whose devices hang soon. */
    static final Patience LITTLE =
            new Patience(TimeUnit.MILLISECONDS.toNanos(300), TimeUnit.MILLISECONDS.toNanos(300));

    final FakeVm vm = new FakeVm();
    final List<MachineEvent> events = new CopyOnWriteArrayList<>();
    final ByHand hands; // null: it has threads
    final Host host;
    final LiveMachine machine;
    final AtomicLong nanos = new AtomicLong();

    TestMachine() throws IOException {
        this(1);
    }

    TestMachine(int vcpus) throws IOException {
        this(vcpus, null);
    }

    /** With workers and deadlines that are run by the test; null: with threads. */
    TestMachine(int vcpus, ByHand hands) throws IOException {
        this(spec(vcpus), hands);
    }

    TestMachine(MachineSpec spec, ByHand hands) throws IOException {
        this.hands = hands;
        host =
                hands == null
                        ? new Host(events::add)
                        : new Host(
                                events::add, hands, hands.deadlines, hands::look, hands.processors);
        machine = new LiveMachine(spec, vm, "a test", host, nanos::get);
        if (hands != null) {
            machine.patience(new Patience(Patience.FOR_EVER, Patience.FOR_EVER));
        }
        machine.start();
    }

    static MachineSpec spec(int vcpus) {
        return spec(vcpus, 0, 0);
    }

    /** With a watchdog. */
    static MachineSpec spec(int vcpus, long slowNanos, long hungNanos) {
        return new MachineSpec(
                "main",
                "fake",
                FakeVm.RAM,
                vcpus,
                null,
                0,
                null,
                Map.of(),
                TimeUnit.MINUTES.toNanos(10),
                slowNanos,
                hungNanos,
                false);
    }

    /** With a firmware that assigns PCI base address registers, or without. */
    static MachineSpec spec(boolean assignBars) {
        MachineSpec plain = spec(1);
        return new MachineSpec(
                plain.name(),
                plain.backend(),
                plain.memory(),
                plain.vcpus(),
                null,
                0,
                null,
                plain.options(),
                plain.holdNanos(),
                0,
                0,
                assignBars);
    }

    /** A plug for a device, as a bundle of that version would publish it. */
    static Plug plug(String name, String version, Device device) {
        return new Plug(device, name, name, "test.bundle", version, 7);
    }

    /** The same, at an ioreq client of that name. */
    static Plug plugAt(String client, String name, String version, Device device) {
        return new Plug(device, name, client, "test.bundle", version, 7);
    }

    /** Plugs a device in, version 1.0.0. */
    Plug plug(String name, Device device) {
        Plug plug = plug(name, "1.0.0", device);
        machine.plug(plug);
        return plug;
    }

    /** Plugs a device in whose client it shares with others. */
    Plug plugAt(String client, String name, Device device) {
        Plug plug = plugAt(client, name, "1.0.0", device);
        machine.plug(plug);
        return plug;
    }

    DeviceRow device(String name) {
        return machine.devices().stream()
                .filter(d -> d.name().equals(name))
                .findAny()
                .orElseThrow();
    }

    DeviceRow.State state(String name) {
        return device(name).state();
    }

    void await(String device, DeviceRow.State state) {
        Await.until(device + " is " + state, () -> state(device) == state);
    }

    /** Moves machine time, and expires what is due. */
    void advance(long nanoseconds) {
        nanos.addAndGet(nanoseconds);
        machine.clock().expireDue(DeviceTimer::expire);
    }

    @Override
    public void close() {
        if (hands != null) {
            hands.run(); // what was posted last
        }
        machine.end("test over");
        host.close();
    }
}
