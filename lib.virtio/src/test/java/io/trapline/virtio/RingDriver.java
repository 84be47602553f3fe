package io.trapline.virtio;

import io.trapline.tck.TestMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A driver's side of one queue, as VIRTIO 1.2 writes it: §2.7 or §2.8. It shares nothing with the device's side. */
public abstract class RingDriver {
    public static final long BASE = 0x10_0000;
    public static final long SPAN = 0x10_0000; // between two queues
    public static final long TABLES = 0x8_0000; // of a queue, for indirect descriptors

    public final TestMemory memory;
    public final int size;
    public final long descriptors;
    public final long driverArea;
    public final long deviceArea;
    private long tables;

    /** A piece of a buffer. */
    public record Piece(long address, int length, boolean write) {
        public static Piece read(long address, int length) {
            return new Piece(address, length, false);
        }

        public static Piece write(long address, int length) {
            return new Piece(address, length, true);
        }
    }

    /** A buffer that came back. */
    public record Used(int id, long length) {}

    RingDriver(TestMemory memory, int queue, int size) {
        this.memory = memory;
        this.size = size;
        long base = BASE + queue * SPAN;
        descriptors = base;
        driverArea = base + 0x2_0000 * 4;
        deviceArea = driverArea + 0x2_0000;
        tables = base + TABLES + 0x4_0000;
        memory.write(base, ByteBuffer.allocate((int) SPAN));
    }

    public static RingDriver of(boolean packed, TestMemory memory, int queue, int size) {
        return packed ? new Packed(memory, queue, size) : new Split(memory, queue, size);
    }

    /** Makes a buffer available; the id that it comes back with. */
    public abstract int add(List<Piece> pieces);

    /** The same through a table of its own. */
    public abstract int addIndirect(List<Piece> pieces);

    /** The next buffer that came back; null: none. */
    public abstract Used poll();

    /** Asks for an interrupt at the next used entry, or for none. */
    public abstract void interrupts(boolean wanted, boolean eventIdx);

    public List<Used> pollAll() {
        List<Used> all = new ArrayList<>();
        for (Used used = poll(); used != null; used = poll()) {
            all.add(used);
        }
        return all;
    }

    public void descriptor(long at, long address, int length, int third, int fourth) {
        memory.store(at, 8, address);
        memory.store(at + 8, 4, length);
        memory.store(at + 12, 2, third);
        memory.store(at + 14, 2, fourth);
    }

    public long table(int entries) {
        long at = tables;
        tables += 16L * entries;
        return at;
    }

    static final class Split extends RingDriver {
        private final boolean[] taken;
        private final int[] next;
        private int availIdx;
        private int usedIdx;
        private int hint; // where the next free one may be

        Split(TestMemory memory, int queue, int size) {
            super(memory, queue, size);
            taken = new boolean[size];
            next = new int[size];
        }

        private int free() {
            for (int left = size; left > 0; left--) {
                int i = hint++ % size;
                if (!taken[i]) {
                    taken[i] = true;
                    next[i] = -1;
                    return i;
                }
            }
            throw new AssertionError("the test's driver is out of descriptors");
        }

        @Override
        public int add(List<Piece> pieces) {
            int head = -1;
            int last = -1;
            for (Piece piece : pieces) {
                int index = free();
                descriptor(at(index), piece.address(), piece.length(), piece.write() ? 2 : 0, 0);
                if (last >= 0) {
                    next[last] = index;
                    memory.store(at(last) + 12, 2, memory.load(at(last) + 12, 2) | 1);
                    memory.store(at(last) + 14, 2, index);
                } else {
                    head = index;
                }
                last = index;
            }
            publish(head);
            return head;
        }

        @Override
        public int addIndirect(List<Piece> pieces) {
            long table = table(pieces.size());
            for (int i = 0; i < pieces.size(); i++) {
                Piece piece = pieces.get(i);
                int flags = (piece.write() ? 2 : 0) | (i + 1 < pieces.size() ? 1 : 0);
                descriptor(table + 16L * i, piece.address(), piece.length(), flags, i + 1);
            }
            int head = free();
            descriptor(at(head), table, 16 * pieces.size(), 4, 0);
            publish(head);
            return head;
        }

        private long at(int index) {
            return descriptors + 16L * index;
        }

        /** Puts a head into the available ring, whatever it is. */
        void publish(int head) {
            memory.store(driverArea + 4 + 2L * (availIdx % size), 2, head);
            availIdx = availIdx + 1 & 0xFFFF;
            memory.store(driverArea + 2, 2, availIdx);
        }

        @Override
        public Used poll() {
            if ((int) memory.load(deviceArea + 2, 2) == usedIdx) {
                return null;
            }
            long entry = deviceArea + 4 + 8L * (usedIdx % size);
            usedIdx = usedIdx + 1 & 0xFFFF;
            Used used = new Used((int) memory.load(entry, 4), memory.load(entry + 4, 4));
            for (int i = used.id(); i >= 0; i = next[i]) {
                taken[i] = false;
            }
            return used;
        }

        @Override
        public void interrupts(boolean wanted, boolean eventIdx) {
            if (eventIdx) {
                event(wanted ? usedIdx : usedIdx - 1 & 0xFFFF);
            } else {
                memory.store(driverArea, 2, wanted ? 0 : 1);
            }
        }

        /** used_event. */
        void event(int index) {
            memory.store(driverArea + 4 + 2L * size, 2, index);
        }
    }

    static final class Packed extends RingDriver {
        private final int[] slots;
        private int availIdx;
        private boolean availWrap = true;
        private int usedIdx;
        private boolean usedWrap = true;
        private int hint; // where the next free id may be

        Packed(TestMemory memory, int queue, int size) {
            super(memory, queue, size);
            slots = new int[size];
        }

        private int id() {
            for (int left = size; left > 0; left--) {
                int id = hint++ % size;
                if (slots[id] == 0) {
                    return id;
                }
            }
            throw new AssertionError("the test's driver is out of ids");
        }

        @Override
        public int add(List<Piece> pieces) {
            int id = id();
            int[] flags = new int[pieces.size()];
            long[] ats = new long[pieces.size()];
            for (int i = 0; i < pieces.size(); i++) {
                Piece piece = pieces.get(i);
                ats[i] = at(availIdx);
                flags[i] = (piece.write() ? 2 : 0) | (i + 1 < pieces.size() ? 1 : 0) | available();
                descriptor(ats[i], piece.address(), piece.length(), id, i == 0 ? 0 : flags[i]);
                if (i == 0) { // not available before all of it is
                    memory.store(ats[0] + 14, 2, flags[0] & 3 | available() ^ 0x8080);
                }
                advance();
            }
            slots[id] = pieces.size();
            memory.store(ats[0] + 14, 2, flags[0]);
            return id;
        }

        @Override
        public int addIndirect(List<Piece> pieces) {
            long table = table(pieces.size());
            for (int i = 0; i < pieces.size(); i++) {
                Piece piece = pieces.get(i);
                descriptor(
                        table + 16L * i, piece.address(), piece.length(), 0, piece.write() ? 2 : 0);
            }
            int id = id();
            descriptor(at(availIdx), table, 16 * pieces.size(), id, 4 | available());
            advance();
            slots[id] = 1;
            return id;
        }

        private long at(int index) {
            return descriptors + 16L * index;
        }

        private int available() {
            return availWrap ? 0x0080 : 0x8000;
        }

        private void advance() {
            if (++availIdx == size) {
                availIdx = 0;
                availWrap = !availWrap;
            }
        }

        @Override
        public Used poll() {
            int flags = (int) memory.load(at(usedIdx) + 14, 2);
            boolean avail = (flags & 0x80) != 0;
            boolean used = (flags & 0x8000) != 0;
            if (avail != used || used != usedWrap) {
                return null;
            }
            int id = (int) memory.load(at(usedIdx) + 12, 2);
            long length = memory.load(at(usedIdx) + 8, 4);
            usedIdx += slots[id];
            slots[id] = 0;
            if (usedIdx >= size) {
                usedIdx -= size;
                usedWrap = !usedWrap;
            }
            return new Used(id, length);
        }

        @Override
        public void interrupts(boolean wanted, boolean eventIdx) {
            memory.store(driverArea, 2, usedIdx | (usedWrap ? 0x8000 : 0));
            memory.store(driverArea + 2, 2, wanted ? (eventIdx ? 2 : 0) : 1);
        }
    }
}
