package io.trapline.virtioblk;

import io.trapline.tck.TestBoard;
import io.trapline.tck.TestClaim;

/** How a driver reaches the registers, over either transport (VIRTIO 1.2, §4.1.4.3, §4.2.2). */
final class Registers {
    private static final int NOTIFY = 0x3000; // on the bus

    private final TestBoard board;
    private final boolean pci;

    Registers(TestBoard board, boolean pci) {
        this.board = board;
        this.pci = pci;
    }

    private TestClaim claim() {
        return board.claims().get(0);
    }

    private void write(int onBus, int width, int inMemory, long value) {
        claim().write(pci ? onBus : inMemory, pci ? width : 4, value);
    }

    void status(int value) {
        write(0x14, 1, 0x70, value);
    }

    int status() {
        return (int) (pci ? claim().read(0x14, 1) : claim().read(0x70, 4));
    }

    void accept(long features) {
        for (int half = 0; half < 2; half++) {
            write(0x08, 4, 0x24, half);
            write(0x0C, 4, 0x20, features >>> 32 * half & 0xFFFF_FFFFL);
        }
    }

    void select(int queue) {
        write(0x16, 2, 0x30, queue);
    }

    void size(int size) {
        write(0x18, 2, 0x38, size);
    }

    void vector(int vector) {
        if (pci) {
            claim().write(0x1A, 2, vector);
        }
    }

    void rings(long descriptors, long driver, long device) {
        address(0x20, 0x80, descriptors);
        address(0x28, 0x90, driver);
        address(0x30, 0xA0, device);
    }

    private void address(int onBus, int inMemory, long value) {
        write(onBus, 4, inMemory, value & 0xFFFF_FFFFL);
        write(onBus + 4, 4, inMemory + 4, value >>> 32);
    }

    void enable(int value) {
        write(0x1C, 2, 0x44, value);
    }

    void resetQueue() {
        write(0x3A, 2, 0xC0, 1);
    }

    void notify(int queue, long data) {
        long value = queue | data << 16;
        if (pci) {
            claim().write(NOTIFY + 4L * queue, data == 0 ? 2 : 4, value);
        } else {
            claim().write(0x50, 4, value);
        }
    }

    /** Why there was an interrupt; acknowledged. */
    long takeInterrupt() {
        if (pci) {
            return claim().read(0x1000, 1);
        }
        long why = claim().read(0x60, 4);
        claim().write(0x64, 4, why);
        return why;
    }
}
