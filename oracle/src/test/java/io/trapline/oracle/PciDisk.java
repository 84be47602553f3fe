package io.trapline.oracle;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** VIRTIO 1.2, 4.1: a disk on the PCI bus. The driver finds its structures as it finds any device's. */
final class PciDisk implements DiskBus {
    private static final int ADDRESS = 0xCF8;
    private static final int DATA = 0xCFC;
    private static final int COMMAND = 0x04;
    private static final int LIST = 0x34;
    private static final int LINE = 0x3C;
    private static final int STRUCTURES_BAR = 4;
    private static final int VECTORS_BAR = 1;
    private static final long PLACES = 0xE000_0000L;
    private static final int[] ISA_LINES = {5, 9, 10, 11};

    // spotless:off
    private static final int[] OFFSETS = {0x10, 0x12, 0x14, 0x16, 0x18, 0x1A, 0x1C, 0x1E, 0x20, 0x24, 0x28, 0x2C, 0x30, 0x34, 0x3A};
    private static final int[] WIDTHS  = {2,    2,    1,    2,    2,    2,    2,    2,    4,    4,    4,    4,    4,    4,    2};
    // spotless:on

    private final DiskSide side;
    private final Disk disk;
    private final int gsi;
    private final Map<Integer, long[]> structures = new TreeMap<>(); // by cfg_type: offset, length
    private int multiplier;
    private int windowCapability;
    private int vectorsCapability;
    private long structuresAt;
    private long vectorsAt;

    PciDisk(DiskSide side, Disk disk) {
        this.side = side;
        this.disk = disk;
        gsi = side.qemu ? ISA_LINES[disk.qemuPlace - 1 & 3] : 16 + disk.ourPlace % 4;
    }

    // ---- Configuration space

    private int port(int device, int register) {
        side.out(ADDRESS, 4, 0x8000_0000L | (long) device << 11 | register & ~3);
        return DATA + (register & 3);
    }

    long header(int register, int width) {
        return side.in(port(disk.ourPlace, register), width);
    }

    void header(int register, int width, long value) {
        side.out(port(disk.ourPlace, register), width, value);
    }

    /** What the capabilities say, in no order: a driver finds them wherever they are. */
    String discover() {
        Map<String, String> found = new TreeMap<>();
        for (int at = (int) header(LIST, 1); at != 0; at = (int) header(at + 1, 1)) {
            int id = (int) header(at, 1);
            if (id == 0x11) {
                vectorsCapability = at;
                found.put(
                        "MSI-X",
                        header(at + 2, 2) + " " + header(at + 4, 4) + " " + header(at + 8, 4));
            } else {
                int type = (int) header(at + 3, 1);
                long offset = header(at + 8, 4);
                long length = header(at + 12, 4);
                String also = "";
                if (type == 2) {
                    multiplier = (int) header(at + 16, 4);
                    also = " multiplier " + multiplier;
                } else if (type == 5) {
                    windowCapability = at;
                    continue; // it is for writing
                }
                structures.put(type, new long[] {offset, length});
                found.put(
                        id + " type " + type,
                        "length "
                                + header(at + 2, 1)
                                + ", BAR "
                                + header(at + 4, 1)
                                + ", aligned "
                                + (offset & 3)
                                + also);
            }
        }
        return found.toString();
    }

    // ---- Life

    @Override
    public void prologue() {
        if (side.qemu) {
            side.out(port(1, 0x60), 4, 0x0B0A_0905L); // PIRQA to PIRQD, as firmware would
        }
        if (structures.isEmpty()) {
            discover();
        }
        place(0);
        status(0);
        header(COMMAND, 2, 6);
        header(vectorsCapability + 2, 2, 0);
        for (int vector = 0; vector <= disk.queues; vector++) {
            side.write(vectorsAt + 16L * vector + 12, 4, 1);
            side.write(vectorsAt + 16L * vector, 8, 0);
            side.write(vectorsAt + 16L * vector + 8, 4, 0);
        }
        common(0x00, 4, 0);
        common(0x08, 4, 0);
        common(0x16, 2, 0);
        header(LINE, 1, 0x0B);
        header(0x0C, 1, 0);
        takeInterrupt();
    }

    /** Puts the registers somewhere, and enables them. */
    void place(int where) {
        structuresAt = PLACES + 0x10_0000L * disk.ordinal() + 0x1_0000L * where;
        vectorsAt = structuresAt + 0x8000L;
        header(0x10 + 4 * VECTORS_BAR, 4, vectorsAt);
        header(0x10 + 4 * STRUCTURES_BAR, 4, structuresAt);
        header(0x14 + 4 * STRUCTURES_BAR, 4, 0);
        header(COMMAND, 2, 6);
    }

    private long at(int type) {
        return structuresAt + structures.get(type)[0];
    }

    private int common(int offset, int width) {
        return (int) side.read(at(1) + offset, width);
    }

    private void common(int offset, int width, long value) {
        side.write(at(1) + offset, width, value);
    }

    @Override
    public int status() {
        return common(0x14, 1);
    }

    @Override
    public void status(int value) {
        common(0x14, 1, value);
    }

    @Override
    public int offered(int select) {
        common(0x00, 4, select);
        return common(0x04, 4);
    }

    @Override
    public void accept(int select, int features) {
        common(0x08, 4, select);
        common(0x0C, 4, features);
    }

    @Override
    public int most(int queue) {
        common(0x16, 2, queue);
        return common(0x18, 2);
    }

    @Override
    public String enable(int queue, int size, long descriptors, long driver, long device) {
        common(0x16, 2, queue);
        common(0x18, 2, size);
        common(0x20, 8, descriptors);
        common(0x28, 4, driver);
        common(0x2C, 4, driver >>> 32);
        common(0x30, 8, device);
        common(0x1C, 2, 1);
        return "size " + common(0x18, 2) + ", enabled " + common(0x1C, 2);
    }

    @Override
    public String stop(int queue) {
        common(0x16, 2, queue);
        common(0x3A, 2, 1);
        return "reset "
                + common(0x3A, 2)
                + ", enabled "
                + common(0x1C, 2)
                + ", size "
                + common(0x18, 2);
    }

    @Override
    public boolean keepsPlace() {
        return false;
    }

    @Override
    public void notify(int queue) {
        common(0x16, 2, queue);
        long offset = (long) common(0x1E, 2) * multiplier;
        side.write(at(2) + offset, 2, queue);
    }

    @Override
    public int takeInterrupt() {
        int why = (int) side.read(at(3), 1);
        status();
        return why;
    }

    @Override
    public int generation() {
        return common(0x15, 1);
    }

    @Override
    public long configuration(int offset, int width) {
        return side.read(at(4) + offset, width);
    }

    @Override
    public void configuration(int offset, int width, long value) {
        side.write(at(4) + offset, width, value);
    }

    @Override
    public boolean line() {
        return side.line(gsi);
    }

    @Override
    public int registers() {
        return OFFSETS.length;
    }

    @Override
    public String register(int row) {
        return String.format(Locale.ROOT, "%x %x", OFFSETS[row], common(OFFSETS[row], WIDTHS[row]));
    }

    // ---- MSI-X

    void enableMessages(boolean on, boolean masked) {
        header(vectorsCapability + 2, 2, (on ? 0x8000 : 0) | (masked ? 0x4000 : 0));
    }

    int messageControl() {
        return (int) header(vectorsCapability + 2, 2);
    }

    void message(int vector, long address, int data) {
        side.write(vectorsAt + 16L * vector, 4, address);
        side.write(vectorsAt + 16L * vector + 4, 4, address >>> 32);
        side.write(vectorsAt + 16L * vector + 8, 4, data);
    }

    void mask(int vector, boolean masked) {
        side.write(vectorsAt + 16L * vector + 12, 4, masked ? 1 : 0);
    }

    long vectorControl(int vector) {
        return side.read(vectorsAt + 16L * vector + 12, 4);
    }

    long pending() {
        return side.read(vectorsAt + 0x800, 8);
    }

    /** Gives a queue, or the configuration, a vector; which it has then. */
    int route(int queue, int vector) {
        int offset = 0x10;
        if (queue >= 0) {
            common(0x16, 2, queue);
            offset = 0x1A;
        }
        common(offset, 2, vector);
        return common(offset, 2);
    }

    // ---- The window, 4.1.4.9

    /** Reads a structure without an address for it. */
    long window(int type, int offset, int width) {
        header(windowCapability + 4, 1, STRUCTURES_BAR);
        header(windowCapability + 8, 4, structures.get(type)[0] + offset);
        header(windowCapability + 12, 4, width);
        return header(windowCapability + 16, width);
    }
}
