package io.trapline.oracle;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** VIRTIO 1.2, 2.7. */
final class SplitDiskRing extends DiskRing {
    private final Deque<Integer> room = new ArrayDeque<>();
    private final int start; // of its indices
    private int available;
    private int told;
    private int used;
    private int mode;

    /** A ring that begins at an index, as if that many buffers had been there before. */
    SplitDiskRing(
            DiskSide side,
            int size,
            long descriptors,
            long driver,
            long device,
            boolean eventIdx,
            int start) {
        super(side, size, descriptors, driver, device, eventIdx);
        side.fill(descriptors, 16 * size, 0);
        side.fill(driver, 6 + 2 * size, 0);
        side.fill(device, 6 + 8 * size, 0);
        this.start = start;
        available = start;
        told = start;
        used = start;
        if (start != 0) {
            side.write(driver + 2, 2, start);
            side.write(device + 2, 2, start);
            side.write(device + 4 + 8L * size, 2, start);
        }
        settled();
    }

    @Override
    void settled() {
        room.clear();
        for (int i = 0; i < size; i++) {
            room.add(
                    (i * 7 + (used - start & 0xFFFF))
                            % size); // all of them: 7 has no factor with a power of two
        }
        if (eventIdx && mode == ALWAYS) {
            side.write(driver + 4 + 2L * size, 2, used);
        }
    }

    @Override
    int free() {
        return room.size();
    }

    @Override
    int add(List<Piece> pieces, long table) {
        int head;
        if (table != 0) {
            for (int i = 0; i < pieces.size(); i++) {
                boolean more = i + 1 < pieces.size();
                descriptor(
                        side,
                        table + 16L * i,
                        pieces.get(i),
                        flags(pieces.get(i), more),
                        more ? i + 1 : 0,
                        false);
            }
            head = room.remove();
            descriptor(
                    side,
                    descriptors + 16L * head,
                    new Piece(table, 16 * pieces.size(), false),
                    4,
                    0,
                    false);
        } else {
            head = room.remove();
            int at = head;
            for (int i = 0; i < pieces.size(); i++) {
                boolean more = i + 1 < pieces.size();
                int next = more ? room.remove() : 0;
                descriptor(
                        side,
                        descriptors + 16L * at,
                        pieces.get(i),
                        flags(pieces.get(i), more),
                        next,
                        false);
                at = next;
            }
        }
        side.write(driver + 4 + 2L * (available & size - 1), 2, head);
        available = available + 1 & 0xFFFF;
        side.write(driver + 2, 2, available);
        return head;
    }

    private static int flags(Piece piece, boolean more) {
        return (more ? 1 : 0) | (piece.writable() ? 2 : 0);
    }

    @Override
    boolean wantsNotification() {
        int old = told;
        told = available;
        if (old == available) {
            return false;
        } else if (eventIdx) {
            int event = (int) side.read(device + 4 + 8L * size, 2);
            return (available - event - 1 & 0xFFFF) < (available - old & 0xFFFF);
        }
        return (side.read(device, 2) & 1) == 0;
    }

    @Override
    Used next() {
        if ((int) side.read(device + 2, 2) == used) {
            return null;
        }
        long entry = side.read(device + 4 + 8L * (used & size - 1), 8);
        used = used + 1 & 0xFFFF;
        return new Used((int) entry, entry >>> 32, true);
    }

    @Override
    void suppress(int newMode, int after) {
        mode = newMode;
        if (eventIdx) {
            int event = mode == ALWAYS ? used : mode == NEVER ? used - 1 : used + after;
            side.write(driver + 4 + 2L * size, 2, event);
        } else {
            side.write(driver, 2, mode == NEVER ? 1 : 0);
        }
    }

    @Override
    int position() {
        return used;
    }

    @Override
    byte[] deviceArea() {
        return side.load(device, 6 + 8 * size);
    }

    @Override
    String wish() {
        return used == start
                ? ""
                : eventIdx
                        ? "event " + (side.read(device + 4 + 8L * size, 2) - start & 0xFFFF)
                        : "flags " + side.read(device, 2);
    }
}
