package io.trapline.oracle;

/** VIRTIO 1.2, 4.2.2: the registers of a disk in memory. */
final class MmioDisk implements DiskBus {
    private static final long FIRST = 0xFEB0_0000L;
    private static final int LENGTH = 0x200;

    // spotless:off
    private static final int[] READ = {0x00, 0x04, 0x08, 0x34, 0x44, 0x60, 0x70};
    private static final String[] NAMES =
            {"MagicValue", "Version", "DeviceID", "QueueNumMax", "QueueReady", "InterruptStatus", "Status"};
    // spotless:on

    private final DiskSide side;
    private final long base;
    private final int gsi;

    MmioDisk(DiskSide side, Disk disk) {
        this.side = side;
        int place = side.qemu ? disk.qemuPlace : disk.ourPlace;
        base = FIRST + (long) LENGTH * place;
        gsi = (side.qemu ? 16 : 24) + place;
    }

    private int word(int offset) {
        return (int) side.read(base + offset, 4);
    }

    private void word(int offset, long value) {
        side.write(base + offset, 4, value);
    }

    @Override
    public void prologue() {
        status(0);
        word(0x64, 3);
        word(0x30, 0);
        status();
    }

    @Override
    public int status() {
        return word(0x70);
    }

    @Override
    public void status(int value) {
        word(0x70, value);
    }

    @Override
    public int offered(int select) {
        word(0x14, select);
        return word(0x10);
    }

    @Override
    public void accept(int select, int features) {
        word(0x24, select);
        word(0x20, features);
    }

    /** QEMU says 1024 for each queue that there is, and takes it, whatever was configured. */
    @Override
    public int most(int queue) {
        word(0x30, queue);
        return word(0x34) == 0 ? 0 : Integer.MAX_VALUE;
    }

    @Override
    public String enable(int queue, int size, long descriptors, long driver, long device) {
        word(0x30, queue);
        word(0x38, size);
        pair(0x80, descriptors);
        pair(0x90, driver);
        pair(0xA0, device);
        word(0x44, 1);
        return "ready " + word(0x44);
    }

    @Override
    public String stop(int queue) {
        word(0x30, queue);
        word(0x44, 0);
        return "ready " + word(0x44);
    }

    @Override
    public boolean keepsPlace() {
        return side.qemu;
    }

    private void pair(int offset, long value) {
        word(offset, value);
        word(offset + 4, value >>> 32);
    }

    @Override
    public void notify(int queue) {
        word(0x50, queue);
    }

    @Override
    public int takeInterrupt() {
        int why = word(0x60);
        word(0x64, why);
        status();
        return why;
    }

    @Override
    public int generation() {
        return word(0xFC);
    }

    @Override
    public long configuration(int offset, int width) {
        return side.read(base + 0x100 + offset, width);
    }

    @Override
    public void configuration(int offset, int width, long value) {
        side.write(base + 0x100 + offset, width, value);
    }

    @Override
    public boolean line() {
        return side.line(gsi);
    }

    @Override
    public int registers() {
        return READ.length;
    }

    @Override
    public String register(int row) {
        int value = word(READ[row]);
        boolean size = NAMES[row].equals("QueueNumMax");
        return NAMES[row] + " " + Integer.toHexString(size ? Integer.signum(value) : value);
    }
}
