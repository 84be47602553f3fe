package io.trapline.oracle;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** VIRTIO 1.2, 2.8. */
final class PackedDiskRing extends DiskRing {
    private static final int AVAIL = 1 << 7;
    private static final int USED = 1 << 15;

    private final Map<Integer, Integer> slots = new HashMap<>(); // of what is in flight, by id
    private int free;
    private int next;
    private boolean wrap = true;
    private int used;
    private boolean usedWrap = true;
    private int nextId;
    private int since; // descriptors added since the device was looked at
    private boolean served;
    private int mode;

    PackedDiskRing(
            DiskSide side, int size, long descriptors, long driver, long device, boolean eventIdx) {
        super(side, size, descriptors, driver, device, eventIdx);
        free = size;
        side.fill(descriptors, 16 * size, 0);
        side.fill(driver, 4, 0);
        side.fill(device, 4, 0);
    }

    @Override
    int free() {
        return free;
    }

    @Override
    boolean mayComeRound(int count) {
        return mode == AFTER && next + count >= size;
    }

    @Override
    void settled() {
        if (eventIdx && mode == ALWAYS) {
            suppress(ALWAYS, 0);
        }
    }

    @Override
    int add(List<Piece> pieces, long table) {
        int id = nextId++ % size;
        long first = descriptors + 16L * next;
        int firstFlags = 0;
        int count = table != 0 ? 1 : pieces.size();
        if (table != 0) {
            for (int i = 0; i < pieces.size(); i++) {
                descriptor(
                        side,
                        table + 16L * i,
                        pieces.get(i),
                        pieces.get(i).writable() ? 2 : 0,
                        0,
                        true);
            }
        }
        for (int i = 0; i < count; i++) {
            Piece piece = table != 0 ? new Piece(table, 16 * pieces.size(), false) : pieces.get(i);
            int flags =
                    (table != 0 ? 4 : (i + 1 < count ? 1 : 0) | (piece.writable() ? 2 : 0))
                            | (wrap ? AVAIL : USED);
            if (i == 0) {
                firstFlags = flags; // last, when all the others are there
                side.write(first, 8, piece.address());
                side.write(first + 8, 4, piece.length());
                side.write(first + 12, 2, id);
            } else {
                descriptor(side, descriptors + 16L * next, piece, flags, id, true);
            }
            if (++next == size) {
                next = 0;
                wrap = !wrap;
            }
        }
        side.write(first + 14, 2, firstFlags);
        free -= count;
        since += count;
        slots.put(id, count);
        return id;
    }

    @Override
    boolean wantsNotification() {
        int added = since;
        since = 0;
        if (added == 0) {
            return false;
        }
        int wish = (int) side.read(device, 4);
        int flags = wish >>> 16 & 3;
        if (flags != 2 || !eventIdx) {
            return flags != 1;
        }
        int event = wish & 0x7FFF;
        boolean eventWrap = (wish & 0x8000) != 0;
        int ahead = next - event - 1 + (eventWrap == wrap ? 0 : size);
        return ahead >= 0 && ahead < added;
    }

    @Override
    Used next() {
        long at = descriptors + 16L * used;
        int flags = (int) side.read(at + 14, 2);
        if ((flags & AVAIL) != 0 != usedWrap || (flags & USED) != 0 != usedWrap) {
            return null;
        }
        long entry = side.read(at + 8, 8);
        int id = (int) (entry >>> 32) & 0xFFFF;
        Integer count = slots.remove(id);
        if (count == null) {
            return new Used(id, -1, false);
        }
        served = true;
        free += count;
        used += count;
        if (used >= size) {
            used -= size;
            usedWrap = !usedWrap;
        }
        return new Used(id, entry & 0xFFFF_FFFFL, true);
    }

    @Override
    void suppress(int newMode, int after) {
        mode = newMode;
        if (mode == NEVER) {
            side.write(driver, 4, 1 << 16);
        } else if (!eventIdx) {
            side.write(driver, 4, 0);
        } else {
            int place = used + (mode == ALWAYS ? 0 : after);
            boolean placeWrap = usedWrap;
            while (place >= size) {
                place -= size;
                placeWrap = !placeWrap;
            }
            side.write(driver, 4, place | (placeWrap ? 0x8000 : 0) | 2 << 16);
        }
    }

    @Override
    byte[] deviceArea() {
        return side.load(descriptors, 16 * size);
    }

    @Override
    String wish() {
        return served
                ? "event " + Long.toHexString(side.read(device, 4) & (eventIdx ? -1L : 0x3_0000L))
                : "";
    }
}
