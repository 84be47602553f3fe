package io.trapline.ioreq;

import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static io.trapline.hypervisor.IoRequestSlot.PORTIO;

import io.trapline.device.PciAddress;
import io.trapline.device.PciBar;
import io.trapline.ioreq.pci.BarWindows;
import io.trapline.ioreq.pci.Endpoint;
import java.util.HashMap;
import java.util.Map;

/**
 * Where base address registers of a machine are at power-on: assigned one after the other, as ACRN's device model
 * does, for guests that have no firmware and do not enumerate. From any thread.
 */
final class PciWindows implements BarWindows {
    private static final long NONE = 0;

    // spotless:off
    private final Window ports  = new Window(PORTIO, 0x2000,           0x1_0000);
    private final Window memory = new Window(MMIO,   0xE000_0000L,     0xFE00_0000L); // above RAM, below the I/O APIC
    private final Window high   = new Window(MMIO,   0x40_0000_0000L,  0x80_0000_0000L);
    // spotless:on

    private final Wiring wiring;
    private final Map<Register, Place> places = new HashMap<>();

    /** One register of the machine. */
    private record Register(int routingId, int index) {}

    private record Place(PciBar kind, long length, long address) {}

    /** Keeps away from what is claimed there already. */
    PciWindows(Wiring wiring) {
        this.wiring = wiring;
    }

    /** A function is gone for good: its places may be given to others. */
    synchronized void forget(PciAddress function) {
        places.keySet().removeIf(register -> register.routingId == function.routingId());
    }

    @Override
    public synchronized long place(Endpoint function, int index, PciBar kind, long length) {
        Register register = new Register(function.address().routingId(), index);
        Place place = places.get(register);
        if (place == null || place.kind != kind || place.length != length) {
            places.remove(register);
            place = new Place(kind, length, find(kind, length));
            places.put(register, place);
        }
        return place.address;
    }

    private long find(PciBar kind, long length) {
        if (kind == PciBar.IO) {
            return ports.find(length);
        }
        long address = memory.find(length);
        return address == NONE && kind != PciBar.MEMORY_32 ? high.find(length) : address;
    }

    /** A stretch of ports or addresses. */
    private final class Window {
        private final int type;
        private final long first;
        private final long end;

        Window(int type, long first, long end) {
            this.type = type;
            this.first = first;
            this.end = end;
        }

        /** The lowest place that is free, aligned to its length; {@link #NONE} if there is none. */
        long find(long length) {
            for (long at = first + length - 1 & -length; at + length <= end; ) {
                long taken = endOfWhatIsIn(at, length);
                if (taken == NONE) {
                    return at;
                }
                at = taken + length - 1 & -length;
            }
            return NONE;
        }

        private long endOfWhatIsIn(long at, long length) {
            for (Place place : places.values()) {
                boolean apart = place.address + place.length <= at || at + length <= place.address;
                if (place.address != NONE && !apart) {
                    return place.address + place.length;
                }
            }
            return wiring.endOfWhatIsIn(type, at, length);
        }
    }
}
