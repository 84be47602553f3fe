package io.trapline.ioreq;

import io.trapline.device.PciAddress;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.RamRange;
import java.util.ArrayList;
import java.util.List;

/**
 * All mappings of a machine, those of devices being installed included: refuses overlaps and publishes range
 * maps. Its lock is held for a moment only, and nobody waits for a baton under it.
 */
final class Wiring {
    private static final long PORTS = 1 << 16;
    private static final int FUNCTION_BITS = 3; // of a routing id, below bus and device

    private final Dispatcher dispatcher;
    private final List<RamRange> ram;
    private final List<Mapping> reserved = new ArrayList<>();

    Wiring(Dispatcher dispatcher, List<RamRange> ram) {
        this.dispatcher = dispatcher;
        this.ram = ram;
    }

    /**
     * Keeps a place for a mapping. A device's successor may take what its predecessor still holds.
     *
     * @throws IllegalArgumentException if it is taken or makes no sense, naming both owners
     */
    synchronized void reserve(Mapping wanted) {
        DeviceBoard board = wanted.claim.board();
        if (board.closed()) {
            throw new IllegalArgumentException(
                    "device " + board.owner() + " is gone: it cannot claim " + wanted);
        }
        refuseNonsense(wanted);
        for (Mapping other : reserved) {
            DeviceBoard owner = other.claim.board();
            if (wanted.overlaps(other) && owner != board.predecessor()) {
                throw new IllegalArgumentException(
                        Places.type(wanted.type)
                                + " range taken: wanted="
                                + wanted
                                + " by "
                                + board.owner()
                                + ", owner="
                                + owner.owner()
                                + " with "
                                + other);
            }
        }
        reserved.add(wanted);
    }

    private void refuseNonsense(Mapping wanted) {
        long last = wanted.first + wanted.length - 1;
        boolean nonsense =
                wanted.length < 1
                        || (wanted.type == IoRequestSlot.PORTIO
                                ? wanted.first < 0 || wanted.length > PORTS || last >= PORTS
                                : Long.compareUnsigned(last, wanted.first) < 0);
        if (nonsense) {
            throw new IllegalArgumentException(
                    "no such range: "
                            + wanted
                            + " by "
                            + wanted.claim.board().owner()
                            + ", wanted "
                            + (wanted.type == IoRequestSlot.PORTIO
                                    ? "ports 0 to 0xffff, at least one"
                                    : "at least one byte, not wrapping"));
        }
        if (wanted.type == IoRequestSlot.MMIO) {
            for (RamRange range : ram) {
                boolean apart =
                        Long.compareUnsigned(last, range.address()) < 0
                                || Long.compareUnsigned(
                                                wanted.first, range.address() + range.length() - 1)
                                        > 0;
                if (!apart) {
                    throw new IllegalArgumentException(
                            "memory range taken: wanted="
                                    + wanted
                                    + " by "
                                    + wanted.claim.board().owner()
                                    + ", owner=RAM with "
                                    + Places.text(
                                            IoRequestSlot.MMIO, range.address(), range.length()));
                }
            }
        }
    }

    /** Whether nobody has that place on the PCI bus. */
    synchronized boolean isFree(PciAddress address) {
        return reserved.stream()
                .noneMatch(m -> m.type == IoRequestSlot.PCICFG && m.first == address.routingId());
    }

    /** Whether a PCI device has more functions than that one. */
    synchronized boolean hasCompany(PciAddress address) {
        int own = address.routingId();
        return reserved.stream()
                .anyMatch(
                        m ->
                                m.type == IoRequestSlot.PCICFG
                                        && m.first != own
                                        && (int) m.first >>> FUNCTION_BITS
                                                == own >>> FUNCTION_BITS);
    }

    /** Where the first mapping that overlaps this range ends; 0 if none does. */
    synchronized long endOfWhatIsIn(int type, long first, long length) {
        Mapping range = new Mapping(type, first, length, null, null, null);
        for (Mapping other : reserved) {
            if (other.overlaps(range)) {
                return other.first + other.length;
            }
        }
        return 0;
    }

    synchronized void remove(Mapping mapping) {
        reserved.remove(mapping);
    }

    /**
     * In one step: what one board had reserved is free, and what another has is found by requests. Nobody's
     * change of the map in between can show a place without either.
     *
     * @param leaving null: nobody leaves
     * @param coming null: nobody comes
     */
    synchronized void replace(DeviceBoard leaving, DeviceBoard coming) {
        if (leaving != null) {
            leaving.holdings().published(false);
            reserved.removeIf(mapping -> mapping.claim.board() == leaving);
        }
        if (coming != null) {
            coming.holdings().published(true);
        }
        publish();
    }

    /** Makes what is reserved by published boards what requests find. */
    synchronized void publish() {
        dispatcher.publish(reserved.stream().filter(m -> m.claim.board().published()).toList());
    }
}
