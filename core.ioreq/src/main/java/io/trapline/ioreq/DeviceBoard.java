package io.trapline.ioreq;

import io.trapline.device.Board;
import io.trapline.device.Claim;
import io.trapline.device.Deferred;
import io.trapline.device.Doorbell;
import io.trapline.device.DoorbellListener;
import io.trapline.device.GuestMemory;
import io.trapline.device.InterruptLine;
import io.trapline.device.PciAddress;
import io.trapline.device.PciEndpoint;
import io.trapline.device.PciFunction;
import io.trapline.device.PciIdentity;
import io.trapline.device.PciSlots;
import io.trapline.device.Region;
import io.trapline.device.Timers;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.VirtualMachine;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;

/** The machine as one installed device sees it; knows all that the device has taken, to take it back. */
final class DeviceBoard implements Board, Timers {
    private final LiveMachine machine;
    private final Bay bay;
    private final Plug plug;
    private final DeviceBoard predecessor; // null: none
    private final Holdings holdings;
    private final BoardFunctions functions;

    // Changed under the baton; read by who takes a hung device out.
    private final List<DeviceTimer> timers = new CopyOnWriteArrayList<>();
    private final Set<Line> lines = new CopyOnWriteArraySet<>();
    private final SpareTasks spareTasks = new SpareTasks();

    DeviceBoard(LiveMachine machine, Bay bay, Plug plug, DeviceBoard predecessor) {
        this.machine = machine;
        this.bay = bay;
        this.plug = plug;
        this.predecessor = predecessor;
        holdings = new Holdings(this, machine, predecessor);
        functions = new BoardFunctions(this, machine, predecessor);
    }

    @Override
    public String machine() {
        return machine.name();
    }

    @Override
    public String device() {
        return bay.name();
    }

    @Override
    public Claim ports(int first, int count, Region region) {
        return holdings.claim(IoRequestSlot.PORTIO, first, count, region);
    }

    @Override
    public Claim memory(long first, long length, Region region) {
        return holdings.claim(IoRequestSlot.MMIO, first, length, region);
    }

    @Override
    public Claim portsUnmapped(int count, Region region) {
        return holdings.claim(IoRequestSlot.PORTIO, count, region);
    }

    @Override
    public Claim memoryUnmapped(long length, Region region) {
        return holdings.claim(IoRequestSlot.MMIO, length, region);
    }

    @Override
    public Claim pci(PciFunction function) {
        Region region = new ConfigurationSpace(function);
        return holdings.claim(IoRequestSlot.PCICFG, function.address().routingId(), 1, region);
    }

    @Override
    public PciEndpoint endpoint(PciIdentity identity) {
        return functions.endpoint(identity);
    }

    @Override
    public PciEndpoint endpoint(PciIdentity identity, PciAddress address) {
        return functions.endpoint(identity, address);
    }

    @Override
    public PciSlots slots() {
        return new BoardSlots(this, machine.slots());
    }

    @Override
    public InterruptLine interrupt(int gsi) {
        if (gsi < 0 || gsi >= machine.pins().count()) {
            throw new IllegalArgumentException(
                    "no such interrupt line: gsi="
                            + gsi
                            + " for "
                            + owner()
                            + ", wanted 0 to "
                            + (machine.pins().count() - 1));
        }
        holdings.refuseOnceClosed();
        Line line = bay.line(gsi);
        lines.add(line);
        return line;
    }

    @Override
    public void message(long address, int data) {
        if (!closed() && !vm().message(address, data)) {
            machine.refusedMessage();
        }
    }

    @Override
    public GuestMemory memory() {
        return machine.ram();
    }

    @Override
    public Timers timers() {
        return this;
    }

    @Override
    public long now() {
        return machine.clock().now();
    }

    @Override
    public Timer timer(Runnable expired) {
        DeviceTimer timer = new DeviceTimer(this, machine.clock(), Objects.requireNonNull(expired));
        timers.add(timer);
        return timer;
    }

    @Override
    public void post(Runnable task) {
        Objects.requireNonNull(task);
        if (!closed()) {
            PostedTask spare = spareTasks.take();
            bay.client().post((spare == null ? new PostedTask(this) : spare).of(task));
        }
    }

    SpareTasks spareTasks() {
        return spareTasks;
    }

    @Override
    public Deferred defer() {
        IoreqClient client = bay.client();
        holdings.refuseOnceClosed(); // asked in this order: the client of who was given up serves
        // others now
        Request request = client.current();
        if (request == null) {
            throw new IllegalStateException(
                    "device " + owner() + " defers an answer outside an access");
        }
        DeferredAnswer answer = request.defer(new DeferredAnswer(request, this, client));
        client.defer();
        if (closed()) { // who closed it may have looked for this too early
            answer.complete(Region.OPEN_BUS);
        }
        return answer;
    }

    @Override
    public Doorbell doorbell(
            Claim claim, long offset, int width, OptionalLong match, Runnable rung) {
        DeviceClaim own = holdings.own(claim, offset, width);
        Bell bell = new Bell(own, offset, width, match, Objects.requireNonNull(rung));
        own.add(bell);
        return bell;
    }

    @Override
    public Doorbell doorbell(
            Claim claim, long offset, int width, OptionalLong match, DoorbellListener listener) {
        DeviceClaim own = holdings.own(claim, offset, width);
        Bell bell = new Bell(own, offset, width, match, Objects.requireNonNull(listener));
        own.add(bell);
        return bell;
    }

    @Override
    public void posted(Claim claim, long offset, int width) {
        holdings.own(claim, offset, width).add(new PostedZone(offset, width));
    }

    /** Runs a task of the device; what it throws is a fault of the device. Under the baton. */
    void contained(Runnable task, IoreqClient client) {
        if (!closed()) {
            client.occupied(this, 0);
            try {
                task.run();
            } catch (Throwable e) { // a plug-in's fault, of whatever kind: contained here
                fault(e);
            } finally {
                client.vacated();
            }
        }
    }

    void fault(Throwable thrown) {
        bay.fault(this, thrown);
    }

    /** From now on requests find the claims, and not the predecessor's, in one step. Under the baton. */
    void publish() {
        holdings.publish();
        functions.published();
        functions.placeFreed(); // while it was installed, when it was not to be told
        machine.placeFreed();
    }

    /** No task or timer of the device runs any more; its claims stay. Under the baton. */
    void silence() {
        holdings.shut();
        timers.forEach(DeviceTimer::cancel);
    }

    /** Takes everything back. Under the baton, or when the baton cannot be had. */
    void close() {
        holdings.close();
        functions.close();
        machine.placeFreed();
    }

    Holdings holdings() {
        return holdings;
    }

    BoardFunctions functions() {
        return functions;
    }

    Bay bay() {
        return bay;
    }

    Plug plug() {
        return plug;
    }

    DeviceBoard predecessor() {
        return predecessor;
    }

    Set<Line> lines() {
        return lines;
    }

    LiveMachine host() {
        return machine;
    }

    Wiring wiring() {
        return machine.wiring();
    }

    VirtualMachine vm() {
        return machine.vm();
    }

    boolean published() {
        return holdings.published();
    }

    boolean closed() {
        return holdings.closed();
    }

    /** As {@code com1 (io.trapline.devices.uart 1.0.0)}. */
    String owner() {
        return bay.name() + " (" + plug.bundle() + " " + plug.version() + ")";
    }
}
