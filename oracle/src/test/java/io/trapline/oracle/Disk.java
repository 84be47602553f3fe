package io.trapline.oracle;

import java.util.Arrays;
import java.util.List;

/** The disks of the two machines, a row each. They have the same images, and QEMU's properties. */
enum Disk {
    // spotless:off
    //               machine     place in it: ours, QEMU's  queues  size  sectors    packed  properties
    PLAIN           ("pc",       3,  3,   2, 64,  256,        false, "serial=TRAP-0123456789-ABCD"),
    PACKED          ("pc",       4,  4,   2, 32,  256,        true,  "packed=on,serial=P1"),
    NULL            ("pc",       5,  5,   1, 256, 1 << 21,    true,  "packed=on"),
    READ_ONLY       ("pc",       6,  6,   1, 16,  256,        false, "event_idx=off,serial="),
    TWIN            ("pc",       7,  7,   2, 128, 256,        false, "serial=TWIN"), // shares PLAIN's line
    MMIO            ("microvm",  23, 7,   2, 64,  256,        false, "serial=M"),
    MMIO_PACKED     ("microvm",  22, 6,   1, 128, 256,        true,  "packed=on,indirect_desc=off,serial=0123456789"),
    MMIO_NULL       ("microvm",  21, 5,   4, 8,   1 << 21,    false, "");
    // spotless:on

    static final int SECTOR = 512;

    /** Each has so much of the guest's memory for itself. */
    private static final long ROOM = 0x100_0000L;

    final String machine;
    final int ourPlace;
    final int qemuPlace;
    final int queues;
    final int size;
    final long sectors;
    final boolean packed;
    private final String properties;

    Disk(
            String machine,
            int ourPlace,
            int qemuPlace,
            int queues,
            int size,
            long sectors,
            boolean packed,
            String properties) {
        this.machine = machine;
        this.ourPlace = ourPlace;
        this.qemuPlace = qemuPlace;
        this.queues = queues;
        this.size = size;
        this.sectors = sectors;
        this.packed = packed;
        this.properties = properties;
    }

    boolean pci() {
        return machine.equals("pc");
    }

    boolean readOnly() {
        return this == READ_ONLY;
    }

    /** Whether it is played with by itself, too. */
    boolean alone() {
        return this != TWIN;
    }

    /** Whether there is an image: a file. */
    boolean kept() {
        return this != NULL && this != MMIO_NULL;
    }

    /** Whether it may get another size. */
    boolean resizable() {
        return kept() && !readOnly();
    }

    /** The first address of its part of the guest's memory. */
    long room() {
        return ROOM * (1 + ordinal() % 5);
    }

    static List<Disk> of(String machine) {
        return Arrays.stream(values()).filter(disk -> disk.machine.equals(machine)).toList();
    }

    /** What {@code -drive} says. */
    String drive(String image) {
        return "if=none,id="
                + name()
                + ",format=raw,file="
                + (kept() ? image : "null-co://,file.read-zeroes=on")
                + (readOnly() ? ",readonly=on" : "");
    }

    /** Its name as a device. */
    String id() {
        return "disk-" + name();
    }

    /** What {@code -device} says. */
    String device() {
        return (pci() ? "virtio-blk-pci,disable-legacy=on,addr=" + ourPlace : "virtio-blk-device")
                + ",min_io_size=512,id="
                + id()
                + ",drive="
                + name()
                + ",num-queues="
                + queues
                + ",queue-size="
                + size
                + (properties.isEmpty() ? "" : "," + properties);
    }
}
