package io.trapline.ioreq;

import io.trapline.hypervisor.IoRequestSlot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Who answers where: an immutable snapshot of all mappings. Ports by a table with one entry a port; addresses
 * by a hash of their 4 KiB page, and the few mappings of many pages by binary search; PCI functions by binary
 * search. Costs the same for four mappings as for a thousand.
 */
final class RangeMap {
    private static final int PORTS = 1 << 16;
    private static final int PAGE_SHIFT = 12;

    /** Mappings of more pages than this are not hashed page by page. */
    private static final int HASHED_PAGES = 64;

    private final Mapping nobody;
    private final Mapping[] ports; // [0] is nobody
    private final char[] portIndex = new char[PORTS];
    private final Mapping[] memory; // hashed ones, by address
    private final long[] pageKey; // page + 1; 0: empty
    private final int[] pageFirst; // index into memory of the first mapping in that page
    private final int[] pageLimit; // and of the first behind it
    private final int pageMask;
    private final Mapping[] large; // by address
    private final Mapping[] pci; // by routing id

    /**
     * A snapshot.
     *
     * @param nobody found where no mapping is
     * @param mappings must not overlap
     */
    RangeMap(Mapping nobody, List<Mapping> mappings) {
        this.nobody = nobody;
        List<Mapping> byAddress = new ArrayList<>(mappings);
        byAddress.sort(Comparator.comparingLong((Mapping m) -> m.first + Long.MIN_VALUE));
        ports = table(byAddress);
        large = select(byAddress, IoRequestSlot.MMIO, true);
        memory = select(byAddress, IoRequestSlot.MMIO, false);
        pci = select(byAddress, IoRequestSlot.PCICFG, false);

        int pages = 0;
        for (Mapping mapping : memory) {
            pages += pages(mapping);
        }
        int size = Integer.highestOneBit(Math.max(4, pages * 4));
        pageMask = size - 1;
        pageKey = new long[size];
        pageFirst = new int[size];
        pageLimit = new int[size];
        for (int i = 0; i < memory.length; i++) {
            hash(i);
        }
    }

    private Mapping[] table(List<Mapping> mappings) {
        List<Mapping> found = new ArrayList<>();
        found.add(nobody);
        for (Mapping mapping : mappings) {
            if (mapping.type == IoRequestSlot.PORTIO) {
                int first = (int) mapping.first;
                Arrays.fill(portIndex, first, first + (int) mapping.length, (char) found.size());
                found.add(mapping);
            }
        }
        return found.toArray(Mapping[]::new);
    }

    private static Mapping[] select(List<Mapping> mappings, int type, boolean large) {
        return mappings.stream()
                .filter(
                        m ->
                                m.type == type
                                        && large
                                                == (type == IoRequestSlot.MMIO
                                                        && pages(m) > HASHED_PAGES))
                .toArray(Mapping[]::new);
    }

    private static int pages(Mapping mapping) {
        long last = mapping.first + mapping.length - 1;
        return (int)
                Math.min(
                        HASHED_PAGES + 1L,
                        (last >>> PAGE_SHIFT) - (mapping.first >>> PAGE_SHIFT) + 1);
    }

    private void hash(int index) {
        Mapping mapping = memory[index];
        long page = mapping.first >>> PAGE_SHIFT;
        for (int left = pages(mapping); left > 0; left--, page++) {
            int at = slot(page);
            if (pageKey[at] == 0) {
                pageKey[at] = page + 1;
                pageFirst[at] = index;
            }
            pageLimit[at] = index + 1;
        }
    }

    /** Where the page is, or would be put: a multiplicative hash, linear probing, at most half full. */
    private int slot(long page) {
        int at = (int) (page * 0x9E3779B97F4A7C15L >>> 40) & pageMask;
        while (pageKey[at] != 0 && pageKey[at] != page + 1) {
            at = at + 1 & pageMask;
        }
        return at;
    }

    /** Whose port it is; {@code nobody} if no mapping contains the whole access. */
    Mapping port(long port, int width) {
        if (port >>> 16 == 0) {
            Mapping mapping = ports[portIndex[(int) port]];
            if (mapping.contains(port, width)) {
                return mapping;
            }
        }
        return nobody;
    }

    /** Whose address it is; {@code nobody} if no mapping contains the whole access. */
    Mapping memory(long address, int width) {
        int at = slot(address >>> PAGE_SHIFT);
        if (pageKey[at] != 0) {
            for (int i = pageFirst[at], limit = pageLimit[at]; i < limit; i++) {
                Mapping mapping = memory[i];
                if (mapping.contains(address, width)) {
                    return mapping;
                }
            }
        }
        return large.length == 0 ? nobody : large(address, width);
    }

    private Mapping large(long address, int width) {
        int low = 0;
        int high = large.length - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            Mapping mapping = large[middle];
            if (mapping.contains(address, width)) {
                return mapping;
            } else if (Long.compareUnsigned(mapping.first, address) < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return nobody;
    }

    /** Whose function it is; {@code nobody} if there is none. */
    Mapping pci(int routingId) {
        int low = 0;
        int high = pci.length - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            int found = (int) pci[middle].first;
            if (found == routingId) {
                return pci[middle];
            } else if (found < routingId) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return nobody;
    }

    /** Whether an access that no mapping contains touches one all the same. */
    boolean touches(int type, long address, int width) {
        for (int i = 0; i < width; i++) {
            Mapping found =
                    type == IoRequestSlot.PORTIO ? port(address + i, 1) : memory(address + i, 1);
            if (found != nobody) {
                return true;
            }
        }
        return false;
    }
}
