package io.trapline.sim;

import io.trapline.hypervisor.Registration;
import java.util.ArrayList;
import java.util.List;

/** The places whose writes may arrive late. Readers see an immutable snapshot. */
final class PostedZones {
    private volatile Zone[] zones = {};

    private record Zone(int type, long address, long last) {}

    /** Whether a write lies wholly in a zone. */
    boolean hold(int type, long address, int width) {
        for (Zone zone : zones) {
            if (zone.type == type && address >= zone.address && address + width - 1 <= zone.last) {
                return true;
            }
        }
        return false;
    }

    synchronized Registration add(int type, long address, int length) {
        if (length <= 0) {
            throw new IllegalArgumentException("posted: length=" + length + ", wanted 1 or more");
        }
        Zone zone = new Zone(type, address, address + length - 1);
        List<Zone> more = new ArrayList<>(List.of(zones));
        more.add(zone);
        zones = more.toArray(Zone[]::new);
        return () -> remove(zone);
    }

    private synchronized void remove(Zone zone) {
        List<Zone> rest = new ArrayList<>(List.of(zones));
        rest.removeIf(other -> other == zone);
        zones = rest.toArray(Zone[]::new);
    }
}
