package io.trapline.ioreq;

import io.trapline.hypervisor.Hypervisor;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import io.trapline.ioreq.pci.BarWindows;
import io.trapline.machine.ClientMode;
import io.trapline.machine.ClientRow;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.InspectedNode;
import io.trapline.machine.Machine;
import io.trapline.machine.MachineEvent;
import io.trapline.machine.MachineRow;
import io.trapline.machine.MachineRow.State;
import io.trapline.machine.PciRow;
import io.trapline.machine.RangeRow;
import io.trapline.machine.StatsRow;
import io.trapline.machine.UnclaimedRow;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** A machine with its virtual machine below it, its ioreq clients and its devices. */
final class LiveMachine implements Machine, VmEvents {
    /** The client that answers what nobody claimed. */
    static final String DEFAULT_CLIENT = "default";

    private static final String LEAVING = "the guest is asked to let go of it";

    private final MachineSpec spec;
    private final String backend;
    private final String why;
    private final Host host;
    private final Dispatcher dispatcher;
    private final VirtualMachine vm;
    private final GuestRam ram;
    private final Wiring wiring;
    private final InterruptPins pins;
    private final PciWindows firmware;
    private final BusSlots slots = new BusSlots(this);
    private final MachineClock clock;
    private final ReentrantLock lifecycle = new ReentrantLock();
    private final Clients clients;
    private final Watchdog watchdog;
    private final Map<String, Bay> bays = new TreeMap<>(); // guarded by itself
    private final AtomicLong refusedMessages = new AtomicLong();
    private volatile Patience patience = Patience.USUAL;
    private volatile State state = State.CREATED;
    private volatile String end = "";

    /**
     * Creates the virtual machine; nothing runs yet.
     *
     * @param spec how it is to be
     * @param hypervisor who makes it
     * @param why one line: why this backend
     * @param host threads and listener
     * @param nanos the clock that machine time follows
     * @throws IOException if the backend refuses
     */
    LiveMachine(MachineSpec spec, Hypervisor hypervisor, String why, Host host, LongSupplier nanos)
            throws IOException {
        this.spec = spec;
        this.backend = hypervisor.name();
        this.why = why;
        this.host = host;
        dispatcher = new Dispatcher(host.workers());
        clients = new Clients(this, dispatcher);
        watchdog = new Watchdog(this, spec.slowNanos(), spec.hungNanos());
        vm =
                hypervisor.create(
                        new VmShape(spec.name(), spec.memory(), spec.vcpus(), spec.options()),
                        this);
        dispatcher.bind(vm);
        ram = new GuestRam(vm.ram());
        wiring = new Wiring(dispatcher, vm.ram());
        pins = new InterruptPins(vm);
        firmware = new PciWindows(wiring);
        DrivenTime driven = new DrivenTime(() -> patience.batonNanos());
        clock =
                vm.drive(driven)
                        ? driven.clock()
                        : new MachineClock(nanos).threaded("trapline-clock-" + spec.name());
    }

    /** Loads the image and lets the guest run. */
    void start() throws IOException {
        lifecycle.lock();
        try {
            boot();
            clock.run();
            vm.start();
            state(State.RUNNING, "on " + backend + ": " + why);
        } finally {
            lifecycle.unlock();
        }
    }

    private void boot() throws IOException {
        if (spec.image() != null) {
            ImageLoader.Entry entry =
                    new ImageLoader(spec.image(), ram).load(spec.address(), spec.mode());
            vm.boot(entry.mode(), entry.entry());
        }
    }

    @Override
    public void request(int vcpu) {
        dispatcher.request(vcpu);
    }

    @Override
    public void stopped(VmStop stop) {
        host.workers().execute(() -> ended(stop));
    }

    private void ended(VmStop stop) {
        if (stop.kind() == VmStop.Kind.RESET) {
            try {
                reset();
            } catch (IllegalStateException e) {
                end("reset failed: " + e.getMessage());
            }
            return;
        }
        String registers =
                stop.registers().entrySet().stream()
                        .map(r -> r.getKey() + "=0x" + Long.toHexString(r.getValue()))
                        .collect(Collectors.joining(" "));
        end(
                "guest "
                        + stop.kind().name().toLowerCase(Locale.ROOT)
                        + ", vcpu "
                        + stop.vcpu()
                        + ": "
                        + stop.detail()
                        + (registers.isEmpty() ? "" : "; " + registers));
    }

    @Override
    public void pause() {
        lifecycle.lock();
        try {
            if (state == State.PAUSED) {
                return;
            }
            require(State.RUNNING, "pause");
            if (!vm.resumable()) {
                throw new IllegalStateException(
                        "machine "
                                + name()
                                + ": backend "
                                + backend
                                + " cannot go on after a pause; reset or stop it instead");
            }
            vm.pause();
            clock.freeze();
            state(State.PAUSED, "");
        } catch (IOException e) {
            throw failed("pause", e);
        } finally {
            lifecycle.unlock();
        }
    }

    @Override
    public void resume() {
        lifecycle.lock();
        try {
            if (state == State.RUNNING) {
                return;
            }
            require(State.PAUSED, "resume");
            clock.run();
            vm.resume();
            state(State.RUNNING, "");
        } catch (IOException e) {
            throw failed("resume", e);
        } finally {
            lifecycle.unlock();
        }
    }

    @Override
    public void reset() {
        lifecycle.lock();
        try {
            if (state != State.PAUSED) {
                require(State.RUNNING, "reset");
                vm.pause();
                clock.freeze();
            }
            dispatcher.renew(); // what is answered from now on is too late
            bays().forEach(Bay::reset); // under each baton: no answer is on its way any more,
            dispatcher.settle(); // nor by who holds none
            dispatcher.pciPorts().reset();
            vm.reset();
            boot();
            clock.run();
            vm.resume();
            state(State.RUNNING, "reset");
        } catch (IOException e) {
            clock.freeze();
            state(State.PAUSED, "reset failed: " + e.getMessage());
            throw failed("reset", e);
        } finally {
            lifecycle.unlock();
        }
    }

    @Override
    public void stop() {
        end("stopped by an administrator");
    }

    /**
     * Stops the guest ahead of {@link #end}, if nobody is busy with the machine. Quick, and done for all machines
     * first: one that hangs must not keep another from it. On ACRN a User VM that is not paused when the process
     * ends takes the Service VM with it.
     */
    void halt() {
        if (lifecycle.tryLock()) {
            try {
                if (state == State.RUNNING) {
                    vm.pause();
                }
            } catch (IOException e) {
                event(MachineEvent.Kind.MACHINE, "", "not paused: " + e.getMessage());
            } finally {
                lifecycle.unlock();
            }
        }
    }

    /** Ends it: guest paused, devices out, virtual machine destroyed. Nothing the second time. */
    void end(String reason) {
        lifecycle.lock();
        try {
            if (state == State.STOPPED) {
                return;
            }
            end = reason;
            try {
                if (state == State.RUNNING) {
                    vm.pause();
                }
            } catch (IOException e) {
                end = reason + "; it could not be paused: " + e.getMessage();
            }
            clock.close();
            bays().forEach(Bay::close);
            vm.close();
            clients.all().forEach(IoreqClient::close);
            state(State.STOPPED, end);
        } finally {
            lifecycle.unlock();
        }
    }

    private void require(State wanted, String what) {
        if (state != wanted) {
            throw new IllegalStateException(
                    "machine "
                            + name()
                            + " is "
                            + state
                            + ": cannot "
                            + what
                            + ", wanted "
                            + wanted
                            + (end.isEmpty() ? "" : "; " + end));
        }
    }

    private IllegalStateException failed(String what, IOException e) {
        return new IllegalStateException(
                "machine " + name() + ": " + what + " failed: " + e.getMessage(), e);
    }

    private void state(State next, String detail) {
        state = next;
        if (next == State.RUNNING) {
            watchdog.begin();
        } else {
            watchdog.end();
        }
        event(
                MachineEvent.Kind.MACHINE,
                "",
                detail.isEmpty() ? next.toString() : next + ": " + detail);
    }

    /** A device has come. */
    void plug(Plug plug) {
        if (state == State.STOPPED) {
            return;
        }
        Bay bay = made(plug.name());
        clients.changing(() -> bay.plug(plug));
        slots.changed();
        if (bay.isOnPci() && known(HostBridge.NAME) == null && wiring.isFree(HostBridge.ADDRESS)) {
            plug(HostBridge.plug());
        }
    }

    /** A device is going. */
    void unplug(Plug plug) {
        Bay bay = known(plug.name());
        if (bay != null) {
            clients.changing(() -> bay.unplug(plug));
            slots.changed();
        }
    }

    /** A bundle is gone for good, and the places of its devices with it. */
    void bundleGone(long bundleId) {
        for (Bay bay : bays()) {
            if (bay.bundleGone(bundleId)) {
                synchronized (bays) {
                    bays.remove(bay.name(), bay);
                }
            }
        }
        clients.changing(() -> {});
    }

    private Bay made(String device) {
        synchronized (bays) {
            return bays.computeIfAbsent(device, n -> new Bay(this, n));
        }
    }

    /** The place of that device; null: there is none. */
    private Bay known(String device) {
        synchronized (bays) {
            return bays.get(device);
        }
    }

    /** The places of all devices. */
    List<Bay> bays() {
        synchronized (bays) {
            return List.copyOf(bays.values());
        }
    }

    private Bay bay(String device) {
        synchronized (bays) {
            Bay bay = bays.get(device);
            if (bay == null) {
                throw new IllegalArgumentException(
                        "no device "
                                + device
                                + " in machine "
                                + name()
                                + ", there is "
                                + bays.keySet());
            }
            return bay;
        }
    }

    /** The client of that name, made if there is none. */
    IoreqClient client(String client) {
        return clients.named(client);
    }

    /** The clients that devices have. */
    List<IoreqClient> deviceClients() {
        return clients.all().stream().filter(c -> c != dispatcher.defaultClient()).toList();
    }

    /** {@link Clients#giveUp(IoreqClient)}. */
    DeviceBoard giveUp(IoreqClient hung) {
        return clients.giveUp(hung);
    }

    /** {@link Clients#giveUp(IoreqClient, Occupation)}. */
    boolean giveUp(IoreqClient hung, Occupation seen) {
        return clients.giveUp(hung, seen);
    }

    /** Runs a task, unless somebody is about to pause, reset or end the machine. */
    void unlessChanging(Runnable task) {
        if (lifecycle.tryLock()) {
            try {
                task.run();
            } finally {
                lifecycle.unlock();
            }
        }
    }

    @Override
    public void map(String device, String client, ClientMode mode) {
        Bay bay = bay(device);
        clients.changing(
                () -> {
                    IoreqClient target = client(client);
                    target.mode(mode);
                    bay.map(target);
                });
    }

    @Override
    public void eject(String device) {
        Bay bay = bay(device);
        int places = bay.places();
        if (device.equals(HostBridge.NAME)) {
            throw new IllegalArgumentException(
                    "device " + device + " is the PCI bus of machine " + name() + ": it stays");
        }
        if (places == 0 || !slots.ask(places)) {
            takeOut(bay, "ejected by an administrator");
        }
    }

    /** Takes a device out for good, until somebody plugs it in again. */
    void takeOut(Bay bay, String why) {
        clients.changing(() -> bay.eject(why));
        slots.changed();
    }

    @Override
    public InspectedNode inspect(String device) {
        return bay(device).inspect();
    }

    @Override
    public String name() {
        return spec.name();
    }

    @Override
    public MachineRow row() {
        return new MachineRow(
                name(),
                state,
                backend,
                spec.memory(),
                vm.vcpus(),
                dispatcher.taken(),
                state == State.STOPPED ? end : why);
    }

    @Override
    public List<DeviceRow> devices() {
        int leaving = slots.leaving();
        return bays().stream()
                .map(bay -> bay.row((bay.places() & leaving) == 0 ? "" : LEAVING))
                .toList();
    }

    @Override
    public List<ClientRow> clients() {
        List<Bay> all = bays();
        List<ClientRow> rows = new ArrayList<>();
        for (IoreqClient client : clients.all()) {
            List<Bay> own = all.stream().filter(b -> b.client() == client).toList();
            rows.add(
                    new ClientRow(
                            client.name(),
                            client.mode(),
                            own.stream().map(Bay::name).collect(Collectors.joining(", ")),
                            own.stream().mapToInt(b -> b.claims().size()).sum(),
                            client.reads() + client.writes(),
                            client.waiting()));
        }
        return rows;
    }

    @Override
    public List<RangeRow> ranges() {
        List<RangeRow> rows = new ArrayList<>();
        for (Bay bay : bays()) {
            bay.claims().forEach(c -> rows.add(c.row(bay.name(), bay.client().name())));
        }
        rows.sort(
                Comparator.comparing(RangeRow::type).reversed().thenComparingLong(RangeRow::first));
        return rows;
    }

    @Override
    public List<PciRow> pci() {
        return bays().stream()
                .flatMap(bay -> bay.pciRows().stream())
                .sorted(Comparator.comparing(PciRow::address))
                .toList();
    }

    @Override
    public List<UnclaimedRow> unclaimed() {
        return dispatcher.unclaimed().rows();
    }

    @Override
    public List<StatsRow> stats() {
        return clients.all().stream().map(LiveMachine::stats).toList();
    }

    private static StatsRow stats(IoreqClient client) {
        Histogram latencies = client.latencies().copy();
        return new StatsRow(
                client.name(),
                client.reads() + client.writes(),
                client.reads(),
                client.writes(),
                client.faults(),
                latencies.getTotalCount(),
                latencies.getValueAtPercentile(50),
                latencies.getValueAtPercentile(99),
                latencies.getMaxValue());
    }

    void event(MachineEvent.Kind kind, String subject, String detail) {
        host.event(new MachineEvent(Instant.now(), name(), kind, subject, detail));
    }

    void later(long nanos, Runnable task) {
        host.later(nanos, task);
    }

    void refusedMessage() {
        refusedMessages.incrementAndGet();
    }

    long holdLimitNanos() {
        return spec.holdNanos();
    }

    State state() {
        return state;
    }

    Patience patience() {
        return patience;
    }

    void patience(Patience patience) {
        this.patience = patience;
    }

    Executor workers() {
        return host.workers();
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    VirtualMachine vm() {
        return vm;
    }

    GuestRam ram() {
        return ram;
    }

    Wiring wiring() {
        return wiring;
    }

    InterruptPins pins() {
        return pins;
    }

    BusSlots slots() {
        return slots;
    }

    /** Who gives base address registers their places, if somebody does. */
    PciWindows firmware() {
        return firmware;
    }

    BarWindows windows() {
        return spec.assignBars() ? firmware : BarWindows.NONE;
    }

    /** Somebody has left a place: who waits for it, looks. */
    void placeFreed() {
        for (Bay bay : bays()) {
            bay.placeFreed();
        }
    }

    MachineClock clock() {
        return clock;
    }
}
