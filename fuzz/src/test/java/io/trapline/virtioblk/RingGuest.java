package io.trapline.virtioblk;

import io.trapline.tck.TestMemory;

/**
 * A driver whose rings are right most of the time. It knows where it is in them, and nothing of the device; what it
 * does wrong it is told to.
 *
 * <pre>
 *    0x0000  queue 0: descriptors    0x0800  driver area    0x0C00  device area    0x1000  queue 1, alike
 *    0x4000  tables    0x5000  headers and segments    0x6000  statuses    0x8000  data, to 0xFFFF
 * </pre>
 */
final class RingGuest {
    static final int RAM = 1 << 16;
    static final int QUEUES = 2;
    static final int LARGEST = 64;

    private static final int TABLES = 0x4000, HEADERS = 0x5000, STATUSES = 0x6000, DATA = 0x8000;
    private static final int NEXT = 1, WRITE = 2, INDIRECT = 4;
    private static final int[] TYPES = {0, 1, 4, 8, 10, 11, 13, 14, 0, 1, 0, 1, 2, 255, 0, 1};

    private final int[] availIdx = new int[QUEUES];
    private final boolean[] wrap = {true, true};
    private int size = LARGEST;
    private boolean packed;
    private boolean tables;
    private int count; // of requests
    private long last; // address of the descriptor or table that was written last

    RingGuest copy() {
        RingGuest copy = new RingGuest();
        copy.size = size;
        copy.packed = packed;
        copy.tables = tables;
        copy.count = count;
        copy.last = last;
        for (int i = 0; i < QUEUES; i++) {
            copy.availIdx[i] = availIdx[i];
            copy.wrap[i] = wrap[i];
        }
        return copy;
    }

    private static long base(int queue) {
        return 0x1000L * queue;
    }

    private static long driverArea(int queue) {
        return base(queue) + 0x800;
    }

    private static long deviceArea(int queue) {
        return base(queue) + 0xC00;
    }

    /** §3.1.1, with the ring's features as bits of a choice, and the disk's. */
    void bringUp(Registers registers, TestMemory memory, int choice, long own) {
        packed = (choice & 1) != 0;
        tables = (choice & 2) != 0;
        size = choice < 0x80 ? LARGEST : packed ? 5 : 4;
        long features = own | 1L << 32; // VERSION_1
        features |= packed ? 1L << 34 : 0;
        features |= tables ? 1L << 28 : 0;
        features |= (choice & 4) != 0 ? 1L << 29 : 0; // event index
        features |= (choice & 8) != 0 ? 1L << 35 : 0; // in order
        features |= (choice & 16) != 0 ? 1L << 40 : 0; // ring reset
        features |= (choice & 32) != 0 ? 1L << 11 | 1L << 9 : 0; // CONFIG_WCE, FLUSH
        features |= (choice & 64) != 0 ? 1L << 38 : 0; // notification data
        registers.status(0);
        registers.status(1);
        registers.status(3);
        registers.accept(features);
        registers.status(11);
        for (int queue = 0; queue < QUEUES; queue++) {
            setUp(registers, memory, queue);
        }
        registers.status(15);
    }

    void setUp(Registers registers, TestMemory memory, int queue) {
        for (long at = base(queue); at < base(queue) + 0x1000; at += 8) {
            memory.store(at, 8, 0);
        }
        availIdx[queue] = 0;
        wrap[queue] = true;
        registers.select(queue);
        registers.size(size);
        registers.vector(queue);
        registers.rings(base(queue), driverArea(queue), deviceArea(queue));
        registers.enable(1);
    }

    /** A request that is right, as far as its choice allows. */
    void request(TestMemory memory, int choice) {
        int queue = choice & 1;
        int type = TYPES[choice >> 1 & 15];
        int slot = count++ % 32;
        long header = HEADERS + 64L * slot;
        long status = (long) STATUSES + slot;
        memory.store(header, 4, type);
        memory.store(header + 8, 8, type == 0 || type == 1 ? count * 7L % 64 : 0);
        int length = type == 8 || type == 10 ? 20 : type >= 11 && type <= 14 ? 16 : 512;
        long data = length == 16 ? header + 32 : DATA + 1024L * slot;
        memory.store(header + 32, 8, count * 5L % 64);
        memory.store(header + 40, 8, 1 + count % 3 | (long) (choice >> 5 & 1) << 32);
        boolean in = type != 1 && length != 16;
        long[] addresses = {header, data, data + length / 2, status};
        int[] lengths = {16, length / 2, length - length / 2, 1};
        int[] flags = {0, in ? WRITE : 0, in ? WRITE : 0, WRITE};
        if (type == 4) {
            addresses = new long[] {header, status};
            lengths = new int[] {16, 1};
            flags = new int[] {0, WRITE};
        }
        boolean table = tables && (choice & 64) != 0;
        if (packed) {
            publishPacked(memory, queue, table, slot, addresses, lengths, flags);
        } else {
            publishSplit(memory, queue, table, slot, addresses, lengths, flags);
        }
    }

    private long table(TestMemory memory, int slot, long[] addresses, int[] lengths, int[] flags) {
        long table = TABLES + 64L * slot;
        for (int i = 0; i < addresses.length; i++) {
            boolean more = !packed && i + 1 < addresses.length;
            int third = packed ? 0 : flags[i] | (more ? NEXT : 0);
            int fourth = packed ? flags[i] : i + 1;
            descriptor(memory, table + 16L * i, addresses[i], lengths[i], third, fourth);
        }
        return table;
    }

    private void descriptor(
            TestMemory memory, long at, long address, int length, int third, int fourth) {
        memory.store(at, 8, address);
        memory.store(at + 8, 4, length);
        memory.store(at + 12, 2, third);
        memory.store(at + 14, 2, fourth);
        last = at;
    }

    /** §2.7.13; descriptors are taken round the table, whoever still has them. */
    private void publishSplit(
            TestMemory memory,
            int queue,
            boolean table,
            int slot,
            long[] addresses,
            int[] lengths,
            int[] flags) {
        int head = availIdx[queue] * 4 % size;
        if (table) {
            long at = table(memory, slot, addresses, lengths, flags);
            descriptor(memory, base(queue) + 16L * head, at, 16 * addresses.length, INDIRECT, 0);
        } else {
            for (int i = 0; i < addresses.length; i++) {
                int index = (head + i) % size;
                boolean more = i + 1 < addresses.length;
                descriptor(
                        memory,
                        base(queue) + 16L * index,
                        addresses[i],
                        lengths[i],
                        flags[i] | (more ? NEXT : 0),
                        more ? (index + 1) % size : 0);
            }
        }
        memory.store(driverArea(queue) + 4 + 2L * (availIdx[queue] % size), 2, head);
        moveIndex(memory, queue, 1);
    }

    /** Of a split ring, by any number. */
    void moveIndex(TestMemory memory, int queue, int by) {
        availIdx[queue] = availIdx[queue] + by & 0xFFFF;
        memory.store(driverArea(queue) + 2, 2, availIdx[queue]);
    }

    /** §2.8.6. */
    private void publishPacked(
            TestMemory memory,
            int queue,
            boolean table,
            int slot,
            long[] addresses,
            int[] lengths,
            int[] flags) {
        if (table) {
            long at = table(memory, slot, addresses, lengths, flags);
            packed(memory, queue, at, 16 * addresses.length, slot, INDIRECT);
            return;
        }
        for (int i = 0; i < addresses.length; i++) {
            boolean more = i + 1 < addresses.length;
            packed(memory, queue, addresses[i], lengths[i], slot, flags[i] | (more ? NEXT : 0));
        }
    }

    private void packed(TestMemory memory, int queue, long address, int length, int id, int flags) {
        int available = wrap[queue] ? 0x80 : 0x8000;
        long at = base(queue) + 16L * availIdx[queue];
        descriptor(memory, at, address, length, id, flags | available);
        if (++availIdx[queue] >= size) {
            availIdx[queue] = 0;
            wrap[queue] = !wrap[queue];
        }
    }

    /** Changes one byte of what was written last, or of the three descriptors before. */
    void garble(TestMemory memory, int choice) {
        long at = last - 16L * (choice >> 4 & 3) + (choice & 15);
        if (at >= 0) {
            memory.store(at, 1, choice * 73L + 0x5A);
        }
    }

    /** Changes one byte of a header, a segment, or a table. */
    void garbleRequest(TestMemory memory, int choice) {
        long area = (choice & 0x80) != 0 ? TABLES : HEADERS;
        memory.store(area + 64L * ((count - 1 & 31)) + (choice & 63), 1, choice * 29L + 1);
    }

    /** What it wants to hear of: flags, and the events of either ring. */
    void wish(TestMemory memory, int queue, int choice) {
        memory.store(driverArea(queue), 4, packed ? choice * 0x1_0001L : choice & 1);
        if (!packed) {
            memory.store(driverArea(queue), 2, choice & 1);
            moveIndex(memory, queue, 0);
            memory.store(driverArea(queue) + 4 + 2L * size, 2, choice >> 1);
        }
    }
}
