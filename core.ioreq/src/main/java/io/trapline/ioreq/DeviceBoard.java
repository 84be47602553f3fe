package io.trapline.ioreq;

import io.trapline.device.Board;
import io.trapline.device.Claim;
import io.trapline.device.Deferred;
import io.trapline.device.Doorbell;
import io.trapline.device.DoorbellListener;
import io.trapline.device.GuestMemory;
import io.trapline.device.Inspector;
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
import io.trapline.ioreq.pci.Endpoint;
import io.trapline.ioreq.pci.Summary;
import io.trapline.machine.PciRow;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.stream.Collectors;

/**
 * The machine as one installed device sees it; knows all that the device has taken, to take it back. Claims
 * are reserved while the device is being installed and found by requests once it is published.
 */
final class DeviceBoard implements Board, Timers {
    private static final int PCI_DEVICES = 32;

    private final LiveMachine machine;
    private final Bay bay;
    private final Plug plug;
    private final DeviceBoard predecessor; // null: none

    // Changed under the baton; read by administrators, and by who takes a hung device out.
    private final List<DeviceClaim> claims = new CopyOnWriteArrayList<>();
    private final List<DeviceTimer> timers = new CopyOnWriteArrayList<>();
    private final Set<Line> lines = new CopyOnWriteArraySet<>();
    private final List<Endpoint> endpoints = new CopyOnWriteArrayList<>();
    private final SpareTasks spareTasks = new SpareTasks();
    private final Settling settling = new Settling(this);
    private volatile boolean published;
    private volatile boolean closed;
    private final Object wired = new Object(); // not this, which a device may hold for ever

    DeviceBoard(LiveMachine machine, Bay bay, Plug plug, DeviceBoard predecessor) {
        this.machine = machine;
        this.bay = bay;
        this.plug = plug;
        this.predecessor = predecessor;
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
        return mapped(claim(IoRequestSlot.PORTIO, count, region), first);
    }

    @Override
    public Claim memory(long first, long length, Region region) {
        return mapped(claim(IoRequestSlot.MMIO, length, region), first);
    }

    @Override
    public Claim portsUnmapped(int count, Region region) {
        return claim(IoRequestSlot.PORTIO, count, region);
    }

    @Override
    public Claim memoryUnmapped(long length, Region region) {
        return claim(IoRequestSlot.MMIO, length, region);
    }

    @Override
    public Claim pci(PciFunction function) {
        Region region = new ConfigurationSpace(function);
        return mapped(claim(IoRequestSlot.PCICFG, 1, region), function.address().routingId());
    }

    @Override
    public PciEndpoint endpoint(PciIdentity identity) {
        int before = endpoints.size();
        if (predecessor != null && predecessor.endpoints.size() > before) {
            return endpoint(identity, predecessor.endpoints.get(before).address());
        }
        for (int device = 1; device < PCI_DEVICES; device++) {
            PciAddress address = new PciAddress(0, device, 0);
            if (machine.wiring().isFree(address)) {
                try {
                    return endpoint(identity, address);
                } catch (IllegalArgumentException e) {
                    if (machine.wiring().isFree(address)) {
                        throw e; // not because somebody else has just taken it
                    }
                }
            }
        }
        throw new IllegalArgumentException(
                "PCI bus 0 is full: no place for a function of " + owner());
    }

    @Override
    public PciEndpoint endpoint(PciIdentity identity, PciAddress address) {
        int gsi = machine.pins().ofPci(address.device());
        Endpoint endpoint =
                new Endpoint(
                        this,
                        identity,
                        address,
                        gsi,
                        machine.windows(),
                        () -> machine.wiring().hasCompany(address));
        pci(endpoint);
        endpoints.add(endpoint);
        return endpoint;
    }

    @Override
    public PciSlots slots() {
        BusSlots bus = machine.slots();
        return new PciSlots() {
            @Override
            public int occupied() {
                return bus.occupied();
            }

            @Override
            public int takeArrived() {
                return bus.takeArrived(DeviceBoard.this);
            }

            @Override
            public int leaving() {
                return bus.leaving();
            }

            @Override
            public void eject(int device) {
                if (!closed && device >= 0 && device < PCI_DEVICES) {
                    bus.eject(device);
                }
            }

            @Override
            public void listen(Runnable changed) {
                refuseOnceGone();
                bus.listen(DeviceBoard.this, Objects.requireNonNull(changed));
            }
        };
    }

    /** The device numbers of its functions on bus 0, a bit for each. */
    int places() {
        int places = 0;
        for (Endpoint endpoint : endpoints) {
            if (endpoint.address().bus() == 0) {
                places |= 1 << endpoint.address().device();
            }
        }
        return places;
    }

    /** Its functions on the PCI bus are laid out: they go to power-on values. Under the baton. */
    void powerOn() {
        endpoints.forEach(Endpoint::reset);
    }

    /** Its functions on the PCI bus go on as the guest has programmed its predecessor's. Under the baton. */
    void adopt() {
        for (int i = 0; i < endpoints.size(); i++) {
            Endpoint endpoint = endpoints.get(i);
            Endpoint old = i < predecessor.endpoints.size() ? predecessor.endpoints.get(i) : null;
            if (old == null || !old.address().equals(endpoint.address()) || !endpoint.adopt(old)) {
                endpoint.reset();
            }
        }
    }

    /** Whether one of its functions wants to be where somebody else is. From any thread. */
    boolean waits() {
        for (Endpoint endpoint : endpoints) {
            if (endpoint.waits()) {
                return true;
            }
        }
        return false;
    }

    /** Some place has become free. From any thread. */
    void placeFreed() {
        if (published && waits()) {
            settling.look();
        }
    }

    /** Has its functions look for the places that they want once more. Under the baton. */
    void settle() {
        for (Endpoint endpoint : endpoints) {
            if (endpoint.waits()) {
                endpoint.settle();
            }
        }
    }

    /** Its functions on the PCI bus, a row each; what answers for itself has a place and no more. From any thread. */
    List<PciRow> pciRows() {
        return claims.stream()
                .filter(claim -> claim.type() == IoRequestSlot.PCICFG && claim.mapped())
                .map(claim -> pciRow(PciAddress.of((int) claim.first())))
                .toList();
    }

    private PciRow pciRow(PciAddress address) {
        for (Endpoint endpoint : endpoints) {
            if (endpoint.address().equals(address)) {
                Summary seen = endpoint.summary();
                return new PciRow(
                        address.toString(),
                        device(),
                        seen.vendor(),
                        seen.device(),
                        seen.classCode(),
                        seen.enabled(),
                        seen.registers(),
                        seen.capabilities(),
                        seen.interrupt());
            }
        }
        return new PciRow(address.toString(), device(), 0, 0, 0, "", "", "", "");
    }

    /** Shows its functions on the PCI bus. Under the baton. */
    void inspectPci(Inspector out) {
        for (Endpoint endpoint : endpoints) {
            endpoint.inspect(out.group("PCI function " + endpoint.address()));
        }
    }

    private DeviceClaim claim(int type, long length, Region region) {
        Objects.requireNonNull(region, "region");
        refuseOnceGone();
        DeviceClaim claim = new DeviceClaim(this, type, length, region);
        claims.add(claim);
        return claim;
    }

    private void refuseOnceGone() {
        if (closed) {
            throw new IllegalStateException("device " + owner() + " is gone: it can take nothing");
        }
    }

    private DeviceClaim mapped(DeviceClaim claim, long first) {
        try {
            claim.map(first);
            return claim;
        } catch (IllegalArgumentException e) {
            claims.remove(claim);
            throw e;
        }
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
        refuseOnceGone();
        Line line = bay.line(gsi);
        lines.add(line);
        return line;
    }

    @Override
    public void message(long address, int data) {
        if (!closed && !vm().message(address, data)) {
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
        if (!closed) {
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
        refuseOnceGone(); // asked in this order: the client of who was given up serves others now
        Request request = client.current();
        if (request == null) {
            throw new IllegalStateException(
                    "device " + owner() + " defers an answer outside an access");
        }
        DeferredAnswer answer = request.defer(new DeferredAnswer(request, this, client));
        client.defer();
        if (closed) { // who closed it may have looked for this too early
            answer.complete(Region.OPEN_BUS);
        }
        return answer;
    }

    @Override
    public Doorbell doorbell(
            Claim claim, long offset, int width, OptionalLong match, Runnable rung) {
        DeviceClaim own = own(claim, offset, width);
        Bell bell = new Bell(own, offset, width, match, Objects.requireNonNull(rung));
        own.add(bell);
        return bell;
    }

    @Override
    public Doorbell doorbell(
            Claim claim, long offset, int width, OptionalLong match, DoorbellListener listener) {
        DeviceClaim own = own(claim, offset, width);
        Bell bell = new Bell(own, offset, width, match, Objects.requireNonNull(listener));
        own.add(bell);
        return bell;
    }

    @Override
    public void posted(Claim claim, long offset, int width) {
        own(claim, offset, width).add(new PostedZone(offset, width));
    }

    private DeviceClaim own(Claim claim, long offset, int width) {
        if (!(claim instanceof DeviceClaim own) || own.board() != this) {
            throw new IllegalArgumentException("not a claim of " + owner() + ": " + claim);
        }
        if (offset < 0 || width < 1 || offset > own.length() - width) {
            throw new IllegalArgumentException(
                    "not inside "
                            + own
                            + ": offset="
                            + offset
                            + " width="
                            + width
                            + " for "
                            + owner());
        }
        return own;
    }

    void forget(DeviceClaim claim) {
        claims.remove(claim);
    }

    /** Runs a task of the device; what it throws is a fault of the device. Under the baton. */
    void contained(Runnable task, IoreqClient client) {
        if (!closed) {
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
        synchronized (wired) {
            if (closed) {
                throw new IllegalStateException(
                        "device " + owner() + " is gone: it came back too late");
            }
            if (predecessor != null) {
                predecessor.claims.forEach(DeviceClaim::disconnect);
            }
            machine.wiring().replace(predecessor, this);
            if (predecessor != null) {
                predecessor.gone();
            }
            claims.forEach(DeviceClaim::connect);
        }
        placeFreed(); // while it was installed, when it was not to be told
        machine.placeFreed();
    }

    void published(boolean published) {
        this.published = published;
    }

    /** Requests that come wait, tasks and timers rest. Under the baton. */
    void hold() {
        for (DeviceClaim claim : claims) {
            Mapping mapping = claim.mapping();
            if (mapping != null) {
                mapping.state = Mapping.State.HELD;
            }
        }
    }

    /** No task or timer of the device runs any more; its claims stay. Under the baton. */
    void silence() {
        closed = true;
        timers.forEach(DeviceTimer::cancel);
    }

    /** Takes everything back. Under the baton, or when the baton cannot be had. */
    void close() {
        synchronized (wired) {
            silence();
            claims.forEach(DeviceClaim::disconnect);
            machine.wiring().replace(this, null);
            gone();
            machine.dispatcher().answerDeferred(this);
        }
        endpoints.forEach(endpoint -> machine.firmware().forget(endpoint.address()));
        machine.placeFreed();
    }

    private void gone() {
        for (DeviceClaim claim : claims) {
            Mapping mapping = claim.mapping();
            if (mapping != null) {
                mapping.state = Mapping.State.GONE;
            }
        }
    }

    /** Another client answers for the claims. Under the old one's baton; the last thing done there. */
    void client(IoreqClient next) {
        for (DeviceClaim claim : claims) {
            Mapping mapping = claim.mapping();
            if (mapping != null) {
                mapping.client = next;
            }
        }
    }

    /** Rings all bells once. Under the baton. */
    void ringAll(IoreqClient client) {
        claims.forEach(claim -> claim.ringAll(client));
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

    List<DeviceClaim> claims() {
        return List.copyOf(claims);
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

    boolean hasEndpoints() {
        return !endpoints.isEmpty();
    }

    boolean published() {
        return published;
    }

    boolean closed() {
        return closed;
    }

    /** As {@code com1 (io.trapline.devices.uart 1.0.0)}. */
    String owner() {
        return bay.name() + " (" + plug.bundle() + " " + plug.version() + ")";
    }

    long requests() {
        return claims.stream().mapToLong(DeviceClaim::requests).sum();
    }

    String claimsText() {
        return claims.stream().map(DeviceClaim::toString).collect(Collectors.joining(", "));
    }
}
