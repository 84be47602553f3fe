package io.trapline.ioreq;

import io.trapline.device.Region;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.VirtualMachine;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The way of a request: taken from its slot, looked up, handed to its ioreq client. Called by the threads of
 * the backend, one a vCPU at most at a time; allocates nothing, locks nothing, never throws.
 */
final class Dispatcher {
    private final IoreqClient defaultClient;
    private final Mapping nobody;
    private final Unclaimed unclaimed = new Unclaimed();
    private final PciPorts pciPorts;
    private volatile RangeMap map;
    private VirtualMachine vm; // set before the first request
    private volatile Request[] requests = {};

    /** Threads that are giving a deferred answer. */
    private final AtomicInteger answering = new AtomicInteger();

    private long retired; // requests taken by objects that were thrown away

    Dispatcher(Executor workers) {
        defaultClient = new IoreqClient(LiveMachine.DEFAULT_CLIENT, workers);
        nobody = new Mapping(-1, 0, 0, null, null, defaultClient);
        pciPorts = new PciPorts(defaultClient);
        map = new RangeMap(nobody, List.of());
    }

    /** Names the virtual machine whose requests come; before it starts. */
    void bind(VirtualMachine machine) {
        vm = machine;
        renew();
    }

    /** New objects for all vCPUs: the old ones may stand in queues. Only while no vCPU runs. */
    synchronized void renew() {
        Request[] old = requests;
        for (Request request : old) {
            request.cancel();
            retired += request.taken();
        }
        Request[] fresh = new Request[vm.vcpus()];
        for (int i = 0; i < fresh.length; i++) {
            fresh[i] = new Request(i, new IoRequestSlot(vm.requestPage(), i), this);
        }
        requests = fresh;
    }

    /**
     * Returns when nobody answers any more what {@link #renew} has made forgotten: an answer that came before it
     * may still be on its way into the slot. What runs under the baton of a device is not waited for here.
     */
    void settle() {
        try {
            defaultClient.call(null, () -> null, Patience.FOR_EVER);
        } catch (Exception e) {
            throw new AssertionError("the default client runs our own code only, which returns", e);
        }
        while (answering.get() != 0) {
            Thread.onSpinWait(); // for as long as the backend takes to complete a request
        }
    }

    /** Gives an answer from a thread that holds no baton. */
    boolean answerLate(Request request, long token, long value, IoreqClient client) {
        answering.incrementAndGet();
        try {
            return request.answer(token, value, client);
        } finally {
            answering.decrementAndGet();
        }
    }

    /** A slot is PROCESSING: takes its request, unless it was taken before, and has it answered. */
    void request(int vcpu) {
        Request request = requests[vcpu];
        if (request.take()) {
            Mapping found = find(request);
            request.mapping(found);
            found.client.submit(request);
        }
    }

    private Mapping find(Request request) {
        int width = request.width();
        if (width == 0) {
            return nobody;
        }
        long address = request.address();
        switch (request.type()) {
            case IoRequestSlot.PORTIO:
                return pciPorts.contains(address)
                        ? throughPciPorts(request)
                        : map.port(address, width);
            case IoRequestSlot.MMIO:
                return map.memory(address, width);
            case IoRequestSlot.PCICFG:
                return map.pci((int) (address >>> 32));
            default:
                return nobody;
        }
    }

    /** As the HSM does: the bus comes before whoever has claimed these ports, or moved there. */
    private Mapping throughPciPorts(Request request) {
        if (pciPorts.isAddress(request)) {
            return pciPorts.addressPort();
        } else if (pciPorts.decode(request)) {
            return find(request);
        }
        return map.port(request.address(), request.width());
    }

    PciPorts pciPorts() {
        return pciPorts;
    }

    /** Publishes who answers where from now on. */
    void publish(List<Mapping> mappings) {
        map = new RangeMap(nobody, mappings);
    }

    /**
     * A request's mapping does not serve it: it moved to another client, is gone, or waits for a successor.
     *
     * @param client whose baton is held by this thread
     */
    void detour(Request request, IoreqClient client) {
        Mapping found = request.mapping();
        if (found.state == Mapping.State.GONE) {
            reroute(request);
        } else if (found.client != client) {
            found.client.post(request);
        } else {
            found.claim.hold(request);
        }
    }

    /** Looks a request up again and hands it to who answers now. */
    void reroute(Request request) {
        Mapping found = find(request);
        request.mapping(found);
        found.client.post(request);
    }

    /** Serves what belongs to no device. Under the default client's baton. */
    long serve(Request request, Mapping found) {
        if (request.write()) {
            defaultClient.countWrite();
        } else {
            defaultClient.countRead();
        }
        if (found != nobody) {
            return pciPorts.serve(request);
        }
        int width = request.width();
        boolean known = width != 0 && request.type() <= IoRequestSlot.PCICFG && request.type() >= 0;
        boolean straddles =
                known
                        && request.type() != IoRequestSlot.PCICFG
                        && map.touches(request.type(), request.address(), width);
        boolean function = known && request.type() == IoRequestSlot.PCICFG;
        unclaimed.count(
                known ? request.type() : Unclaimed.UNKNOWN,
                straddles,
                function ? request.address() >>> 32 : request.address(),
                request.write());
        return Region.OPEN_BUS;
    }

    /**
     * A handler does not come back: the request that it serves is answered with all-ones. The handler may still
     * look at the request, so the vCPU gets a new object, before the answer lets it ask again.
     */
    synchronized void abandon(IoreqClient hung) {
        Request[] all = requests;
        Occupation last = hung.occupation();
        Request stuck = last == null ? null : last.request();
        if (stuck == null || all[stuck.vcpu] != stuck) {
            return;
        }
        all[stuck.vcpu] =
                new Request(stuck.vcpu, new IoRequestSlot(vm.requestPage(), stuck.vcpu), this);
        if ((last.number() & 1) != 0) {
            stuck.answer(last.number(), Region.OPEN_BUS, hung);
        }
        retired += stuck.taken();
    }

    /** A device is gone: what it wanted to answer later is answered with all-ones now. */
    void answerDeferred(DeviceBoard gone) {
        for (Request request : requests) {
            DeferredAnswer answer = request.deferral();
            if (answer != null && answer.board() == gone) {
                answer.complete(Region.OPEN_BUS);
            }
        }
    }

    /** A handler threw. */
    void fault(Request request, Throwable thrown) {
        DeviceClaim claim = request.mapping().claim;
        if (claim != null) {
            claim.board().fault(thrown);
        }
    }

    /** The answer is in the slot. */
    void complete(int vcpu) {
        vm.complete(vcpu);
    }

    IoreqClient defaultClient() {
        return defaultClient;
    }

    Unclaimed unclaimed() {
        return unclaimed;
    }

    /** How many requests have been taken. */
    long taken() {
        long sum = retired;
        for (Request request : requests) {
            sum += request.taken();
        }
        return sum;
    }
}
