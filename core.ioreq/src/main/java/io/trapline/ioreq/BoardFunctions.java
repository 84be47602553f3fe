package io.trapline.ioreq;

import io.trapline.device.Inspector;
import io.trapline.device.PciAddress;
import io.trapline.device.PciEndpoint;
import io.trapline.device.PciIdentity;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.ioreq.pci.Endpoint;
import io.trapline.ioreq.pci.Summary;
import io.trapline.machine.PciRow;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What one installed device has on the PCI bus: its functions, whose configuration space the machine keeps. */
final class BoardFunctions {
    static final int PCI_DEVICES = 32;

    private final DeviceBoard board;
    private final LiveMachine machine;
    private final DeviceBoard predecessor; // null: none

    // Changed under the baton; read by administrators.
    private final List<Endpoint> endpoints = new CopyOnWriteArrayList<>();
    private final Settling settling;

    BoardFunctions(DeviceBoard board, LiveMachine machine, DeviceBoard predecessor) {
        this.board = board;
        this.machine = machine;
        this.predecessor = predecessor;
        settling = new Settling(board, this::settle);
    }

    /** A function where its predecessor is, or at the next place that is free. */
    PciEndpoint endpoint(PciIdentity identity) {
        Endpoint old = predecessorOf(endpoints.size());
        if (old != null) {
            return endpoint(identity, old.address());
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
                "PCI bus 0 is full: no place for a function of " + board.owner());
    }

    private Endpoint predecessorOf(int index) {
        List<Endpoint> before = predecessor == null ? List.of() : predecessor.functions().endpoints;
        return index < before.size() ? before.get(index) : null;
    }

    PciEndpoint endpoint(PciIdentity identity, PciAddress address) {
        int gsi = machine.pins().ofPci(address.device());
        Endpoint endpoint =
                new Endpoint(
                        board,
                        identity,
                        address,
                        gsi,
                        machine.windows(),
                        () -> machine.wiring().hasCompany(address));
        board.pci(endpoint);
        endpoints.add(endpoint);
        return endpoint;
    }

    boolean any() {
        return !endpoints.isEmpty();
    }

    /** Their device numbers on bus 0, a bit for each. */
    int places() {
        int places = 0;
        for (Endpoint endpoint : endpoints) {
            if (endpoint.address().bus() == 0) {
                places |= 1 << endpoint.address().device();
            }
        }
        return places;
    }

    /** They are laid out, and go to power-on values. Under the baton. */
    void powerOn() {
        endpoints.forEach(Endpoint::reset);
    }

    /** They are where requests find them: those that have no predecessor there have come to the bus. Under the baton. */
    void published() {
        BoardFunctions before = predecessor == null ? null : predecessor.functions();
        if (before != null) {
            before.endpoints.stream()
                    .filter(old -> at(old.address()) == null)
                    .forEach(this::forget);
        }
        machine.slots().arrived(places() & ~(before == null ? 0 : before.places()));
    }

    private Endpoint at(PciAddress address) {
        for (Endpoint endpoint : endpoints) {
            if (endpoint.address().equals(address)) {
                return endpoint;
            }
        }
        return null;
    }

    /** What the firmware had assigned may be given to others. */
    private void forget(Endpoint gone) {
        machine.firmware().forget(gone.address());
    }

    /**
     * They go on as the guest has programmed the predecessor's. Under the baton.
     *
     * @throws IllegalArgumentException if one is another than was in its place
     */
    void adopt() {
        for (Endpoint endpoint : endpoints) {
            Endpoint old = predecessor.functions().at(endpoint.address());
            if (old == null) {
                endpoint.reset();
            } else {
                endpoint.adopt(old);
            }
        }
    }

    /** Whether one of them wants to be where somebody else is. From any thread. */
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
        if (board.published() && waits()) {
            settling.look();
        }
    }

    /** Has them look for the places that they want once more. Under the baton. */
    private void settle() {
        for (Endpoint endpoint : endpoints) {
            if (endpoint.waits()) {
                endpoint.settle();
            }
        }
    }

    /** They are gone for good. */
    void close() {
        endpoints.forEach(this::forget);
    }

    /** A row each; what answers for itself has a place and no more. From any thread. */
    List<PciRow> rows() {
        return board.holdings().claims().stream()
                .filter(claim -> claim.type() == IoRequestSlot.PCICFG && claim.mapped())
                .map(claim -> row(PciAddress.of((int) claim.first())))
                .toList();
    }

    private PciRow row(PciAddress address) {
        Endpoint endpoint = at(address);
        if (endpoint == null) {
            return new PciRow(address.toString(), board.device(), 0, 0, 0, "", "", "", "");
        }
        Summary seen = endpoint.summary();
        return new PciRow(
                address.toString(),
                board.device(),
                seen.vendor(),
                seen.device(),
                seen.classCode(),
                seen.enabled(),
                seen.registers(),
                seen.capabilities(),
                seen.interrupt());
    }

    /** Shows them. Under the baton. */
    void inspect(Inspector out) {
        for (Endpoint endpoint : endpoints) {
            endpoint.inspect(out.group("PCI function " + endpoint.address()));
        }
    }
}
