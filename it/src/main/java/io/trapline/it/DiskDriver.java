package io.trapline.it;

import io.trapline.hypervisor.ScriptedGuest.Cpu;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A guest's driver of a virtio disk on the PCI bus (VIRTIO 1.2, §4.1 and §5.2): one split queue, many requests of one
 * sector at a time. It checks what comes back, and keeps what was wrong.
 */
final class DiskDriver {
    static final int SECTOR = 512;
    static final int SLOTS = 64; // requests at a time
    static final int READ = 0, WRITE = 1;
    static final int OK = 0;

    /** What the messages say. */
    static final int CONFIGURATION_CHANGED = 0x50, BUFFERS_USED = 0x51;

    private static final int ID = 0x1042_1AF4;
    private static final int SIZE = 256; // descriptors: three a request
    private static final long DESCRIPTORS = 0x10_0000;
    private static final long AVAILABLE = 0x10_1000;
    private static final long USED = 0x10_2000;
    private static final long HEADERS = 0x10_4000;
    private static final long STATUS = 0x10_5000;
    private static final long DATA = 0x11_0000;
    private static final long MESSAGES = 0xFEE0_0000L;
    private static final int NEXT = 1, DEVICE_WRITES = 2;
    private static final int ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8;

    final List<String> wrong = new ArrayList<>();
    private final boolean[] pending = new boolean[SLOTS];
    private int device;
    private long common;
    private long specific;
    private long notify;
    private int made; // requests
    private int answered;

    /** The device number of the first virtio disk on the bus; -1: none. */
    static int find(Cpu cpu) {
        for (int device = 1; device < 32; device++) {
            if (cpu.readConfiguration(0, device, 0, 0, 4) == ID) {
                return device;
            }
        }
        return -1;
    }

    private int config(Cpu cpu, int register, int width) {
        return cpu.readConfiguration(0, device, 0, register, width);
    }

    /** Finds its structures, moves them to other addresses than they had, and sets the queue up. */
    boolean begin(Cpu cpu, long address) {
        device = find(cpu);
        if (device < 0) {
            return false;
        }
        cpu.writeConfiguration(0, device, 0, 0x20, 4, (int) address);
        cpu.writeConfiguration(0, device, 0, 0x24, 4, 0);
        cpu.writeConfiguration(0, device, 0, 0x14, 4, (int) address + 0x10_0000);
        cpu.writeConfiguration(0, device, 0, 0x04, 2, 2 | 4); // memory, bus master
        for (int at = config(cpu, 0x34, 1); at != 0; at = config(cpu, at + 1, 1)) {
            capability(cpu, at, address);
        }
        entry(cpu, address + 0x10_0000, CONFIGURATION_CHANGED);
        entry(cpu, address + 0x10_0010, BUFFERS_USED);
        return negotiate(cpu);
    }

    private void capability(Cpu cpu, int at, long address) {
        if (config(cpu, at, 1) == 0x11) {
            cpu.writeConfiguration(0, device, 0, at + 2, 2, 0x8000);
        } else if (config(cpu, at, 1) == 9) {
            long place = address + config(cpu, at + 8, 4);
            switch (config(cpu, at + 3, 1)) {
                case 1 -> common = place;
                case 2 -> notify = place;
                case 4 -> specific = place;
                default -> {
                    // not needed
                }
            }
        }
    }

    private static void entry(Cpu cpu, long at, int data) {
        cpu.store(at, 8, MESSAGES);
        cpu.store(at + 8, 4, data);
        cpu.store(at + 12, 4, 0);
    }

    private boolean negotiate(Cpu cpu) {
        for (long at = DESCRIPTORS; at < HEADERS; at += 8) {
            cpu.store(at, 8, 0);
        }
        Arrays.fill(pending, false);
        made = 0;
        answered = 0;
        cpu.store(common + 20, 1, 0);
        cpu.store(common + 20, 1, ACKNOWLEDGE | DRIVER);
        cpu.store(common + 8, 4, 1);
        cpu.store(common + 12, 4, 1); // VIRTIO_F_VERSION_1
        cpu.store(common + 20, 1, ACKNOWLEDGE | DRIVER | FEATURES_OK);
        cpu.store(common + 16, 2, 0); // vector of the configuration
        cpu.store(common + 22, 2, 0);
        cpu.store(common + 24, 2, SIZE);
        cpu.store(common + 26, 2, 1);
        cpu.store(common + 32, 8, DESCRIPTORS);
        cpu.store(common + 40, 8, AVAILABLE);
        cpu.store(common + 48, 8, USED);
        cpu.store(AVAILABLE, 2, 1); // no interrupts: this driver polls
        cpu.store(common + 28, 2, 1);
        cpu.store(common + 20, 1, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
        return cpu.load(common + 20, 1) == (ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    }

    /** Sectors that the disk says to have. */
    long capacity(Cpu cpu) {
        return cpu.load(specific, 8);
    }

    long generation(Cpu cpu) {
        return cpu.load(common + 21, 1);
    }

    /** Makes a request available; the device does not hear of it yet. */
    void submit(Cpu cpu, int slot, int type, long sector) {
        cpu.store(HEADERS + 16L * slot, 8, type);
        cpu.store(HEADERS + 16L * slot + 8, 8, sector);
        cpu.store(STATUS + slot, 1, 0xFF);
        int head = 3 * slot;
        descriptor(cpu, head, HEADERS + 16L * slot, 16, NEXT);
        descriptor(cpu, head + 1, data(slot), SECTOR, type == READ ? NEXT | DEVICE_WRITES : NEXT);
        descriptor(cpu, head + 2, STATUS + slot, 1, DEVICE_WRITES);
        pending[slot] = true;
        cpu.store(AVAILABLE + 4 + 2L * (made % SIZE), 2, head);
        cpu.store(AVAILABLE + 2, 2, ++made & 0xFFFF);
    }

    private static void descriptor(Cpu cpu, int index, long address, int length, int flags) {
        long at = DESCRIPTORS + 16L * index;
        cpu.store(at, 8, address);
        cpu.store(at + 8, 4, length);
        cpu.store(at + 12, 2, flags);
        cpu.store(at + 14, 2, index + 1);
    }

    static long data(int slot) {
        return DATA + (long) SECTOR * slot;
    }

    void fill(Cpu cpu, int slot, long seed) {
        for (int i = 0; i < SECTOR; i += 8) {
            cpu.store(data(slot) + i, 8, seed * 0x9E37_79B9_7F4A_7C15L + i);
        }
    }

    /** Whether a slot's data are those of {@link #fill}; of 0: never written. */
    void check(Cpu cpu, int slot, long seed) {
        for (int i = 0; i < SECTOR; i += 8) {
            long wanted = seed == 0 ? 0 : seed * 0x9E37_79B9_7F4A_7C15L + i;
            if (cpu.load(data(slot) + i, 8) != wanted) {
                wrong.add("slot " + slot + ": not the data of " + seed + " at " + i);
                return;
            }
        }
    }

    void ring(Cpu cpu) {
        cpu.store(notify, 2, 0);
    }

    /** Waits until all that was made available has come back, each once and with that status. */
    void collect(Cpu cpu, int status) {
        while (answered != made && wrong.isEmpty()) {
            cpu.nanoTime(); // where a pause or an end finds it
            if ((int) cpu.load(USED + 2, 2) != (answered & 0xFFFF)) {
                long head = cpu.load(USED + 4 + 8L * (answered++ % SIZE), 4);
                int slot = (int) head / 3;
                if (head % 3 != 0 || slot >= SLOTS || !pending[slot]) {
                    wrong.add("came back and was not out: " + head);
                    return;
                }
                pending[slot] = false;
                if (cpu.load(STATUS + slot, 1) != status) {
                    wrong.add("slot " + slot + ": status " + cpu.load(STATUS + slot, 1));
                }
            }
        }
    }
}
