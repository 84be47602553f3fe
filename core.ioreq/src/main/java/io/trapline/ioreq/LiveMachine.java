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
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A machine with its virtual machine below it, its ioreq clients and its devices. */
final class LiveMachine implements Machine, VmEvents {
    /** The client that answers what nobody claimed. */
    static final String DEFAULT_CLIENT = "default";

    private final MachineSpec spec;
    private final String backend;
    private final Host host;
    private final Dispatcher dispatcher;
    private final VirtualMachine vm;
    private final GuestRam ram;
    private final Wiring wiring;
    private final InterruptPins pins;
    private final PciWindows firmware;
    private final BusSlots slots = new BusSlots(this);
    private final MachineClock clock;
    private final Clients clients;
    private final Bays bays;
    private final MachineLife life;
    private final MachineRows rows;
    private final AtomicLong refusedMessages = new AtomicLong();
    private volatile Patience patience;

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
        this.host = host;
        patience = Patience.USUAL.holding(spec.holdNanos());
        dispatcher = new Dispatcher(host.workers());
        clients = new Clients(this, dispatcher);
        bays = new Bays(this, clients, slots);
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
        life = new MachineLife(this, spec, backend + ": " + why);
        rows = new MachineRows(this, spec, why);
    }

    @Override
    public void request(int vcpu) {
        dispatcher.request(vcpu);
    }

    @Override
    public void stopped(VmStop stop) {
        host.workers().execute(() -> life.ended(stop));
    }

    @Override
    public void pause() {
        life.pause();
    }

    @Override
    public void resume() {
        life.resume();
    }

    @Override
    public void reset() {
        life.reset();
    }

    @Override
    public void stop() {
        life.end("stopped by an administrator");
    }

    /** {@link MachineLife#start}. */
    void start() throws IOException {
        life.start();
    }

    /** {@link MachineLife#halt}. */
    void halt() {
        life.halt();
    }

    /** {@link MachineLife#end(String)}. */
    void end(String reason) {
        life.end(reason);
    }

    MachineLife life() {
        return life;
    }

    String backend() {
        return backend;
    }

    /** {@link Bays#plug}. */
    void plug(Plug plug) {
        bays.plug(plug);
    }

    /** {@link Bays#unplug}. */
    void unplug(Plug plug) {
        bays.unplug(plug);
    }

    /** {@link Bays#bundleGone}. */
    void bundleGone(long bundleId) {
        bays.bundleGone(bundleId);
    }

    /** {@link Bays#takeOut}. */
    void takeOut(Bay bay, String why) {
        bays.takeOut(bay, why);
    }

    /** {@link Bays#dropped}. */
    void dropped(Bay bay) {
        bays.dropped(bay);
    }

    /** {@link Bays#placeFreed}. */
    void placeFreed() {
        bays.placeFreed();
    }

    /** The places of all devices. */
    List<Bay> bays() {
        return bays.all();
    }

    /** {@link Bays#misnamed}. */
    List<DeviceRow> misnamed() {
        return bays.misnamed();
    }

    /** All ioreq clients, the default client first. */
    List<IoreqClient> allClients() {
        return clients.all();
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

    @Override
    public void map(String device, String client, ClientMode mode) {
        bays.map(device, client, mode);
    }

    @Override
    public void eject(String device) {
        bays.eject(device);
    }

    @Override
    public void remove(String device) {
        bays.remove(device);
    }

    @Override
    public InspectedNode inspect(String device) {
        return bays.bay(device).inspect();
    }

    @Override
    public String name() {
        return spec.name();
    }

    @Override
    public MachineRow row() {
        return rows.row();
    }

    @Override
    public List<DeviceRow> devices() {
        return rows.devices();
    }

    @Override
    public List<ClientRow> clients() {
        return rows.clients();
    }

    @Override
    public List<RangeRow> ranges() {
        return rows.ranges();
    }

    @Override
    public List<PciRow> pci() {
        return rows.pci();
    }

    @Override
    public List<UnclaimedRow> unclaimed() {
        return rows.unclaimed();
    }

    @Override
    public List<StatsRow> stats() {
        return rows.stats();
    }

    void event(MachineEvent.Kind kind, String subject, String detail) {
        host.event(new MachineEvent(Instant.now(), name(), kind, subject, detail));
    }

    void later(long nanos, Runnable task) {
        host.later(nanos, task);
    }

    /** The backend did not take an interrupt message. From any thread. */
    void refusedMessage() {
        refusedMessages.incrementAndGet();
    }

    long refusedMessages() {
        return refusedMessages.get();
    }

    long holdLimitNanos() {
        return spec.holdNanos();
    }

    State state() {
        return life.state();
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

    Vigil vigil() {
        return host.vigil();
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

    MachineClock clock() {
        return clock;
    }
}
