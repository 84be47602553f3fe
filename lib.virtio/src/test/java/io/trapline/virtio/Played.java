package io.trapline.virtio;

import io.trapline.tck.TestBoard;

/** A virtio device in a machine by hand, and a driver that finds it: over memory-mapped registers, or on the bus. */
public abstract class Played {
    public static final long MMIO = 0xFEB0_0000L;
    public static final int GSI = 5;
    public static final long STRUCTURES = 0xE000_0000L;
    public static final long VECTORS = 0xE001_0000L;
    public static final int ALL_SET = 1 | 2 | 8 | 4;

    public final TestBoard board;
    public final VirtioPlug plug;

    public static final class Plug extends VirtioPlug {
        Plug(VirtioDevice device, Placement placement) {
            super(device, placement);
        }
    }

    Played(TestBoard board, VirtioDevice device, Placement placement) {
        this.board = board;
        plug = new Plug(device, placement);
        plug.install(board);
    }

    public static Played of(boolean pci, VirtioDevice device) {
        TestBoard board = new TestBoard("virtio");
        Played played = of(pci, board, device);
        board.powerOn();
        played.plug.reset();
        played.find();
        return played;
    }

    public static Played of(boolean pci, TestBoard board, VirtioDevice device) {
        return pci ? new OnPci(board, device) : new OnMmio(board, device);
    }

    /** What firmware does. */
    public abstract void find();

    public abstract int status();

    public abstract void status(int value);

    public abstract long offered();

    public abstract void accept(long features);

    public abstract void select(int queue);

    public abstract int most();

    public abstract void size(int size);

    public abstract void rings(long descriptors, long driver, long device);

    public abstract void enable();

    public abstract boolean enabled();

    public abstract void resetQueue();

    public abstract boolean resetting();

    public abstract void ring(int queue, int data);

    public abstract long configuration(int offset, int width);

    public abstract void configure(int offset, int width, long value);

    public abstract int generation();

    /** Whether the driver was told that buffers were used (bit 0) or the configuration changed (bit 1); acknowledges. */
    public abstract int takeInterrupt();

    /** Chapter 3.1.1, as far as FEATURES_OK. */
    public boolean negotiate(long features) {
        status(0);
        status(1);
        status(1 | 2);
        accept(features);
        status(1 | 2 | 8);
        return (status() & 8) != 0;
    }

    /** Chapter 3.1.1 with one queue set up. */
    public RingDriver start(long features, int queue, int size) {
        if (!negotiate(features | Features.VERSION_1)) {
            throw new AssertionError("not agreed: " + Long.toHexString(features));
        }
        RingDriver driver = setUp(features, queue, size);
        status(ALL_SET);
        return driver;
    }

    public RingDriver setUp(long features, int queue, int size) {
        boolean packed = (features & Features.RING_PACKED) != 0;
        RingDriver driver = RingDriver.of(packed, board.memory(), queue, size);
        select(queue);
        size(size);
        rings(driver.descriptors, driver.driverArea, driver.deviceArea);
        enable();
        return driver;
    }

    public void ring(int queue) {
        ring(queue, 0);
    }

    /** Where the capability of chapter 4.1.4.9 is in configuration space. */
    public int window() {
        int at = board.configuration(0, 0x34, 1);
        while (board.configuration(0, at, 1) != 0x09 || board.configuration(0, at + 3, 1) != 5) {
            at = board.configuration(0, at + 1, 1);
        }
        return at;
    }

    private static final class OnMmio extends Played {
        OnMmio(TestBoard board, VirtioDevice device) {
            super(board, device, Placement.mmio(MMIO, GSI));
        }

        private int word(int offset) {
            return (int) board.read(MMIO + offset, 4);
        }

        private void word(int offset, int value) {
            board.write(MMIO + offset, 4, Integer.toUnsignedLong(value));
        }

        @Override
        public void find() {
            if (word(0) != 0x74726976 || word(4) != 2) {
                throw new AssertionError("no virtio device");
            }
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
        public long offered() {
            word(0x14, 0);
            long low = Integer.toUnsignedLong(word(0x10));
            word(0x14, 1);
            return low | (long) word(0x10) << 32;
        }

        @Override
        public void accept(long features) {
            word(0x24, 0);
            word(0x20, (int) features);
            word(0x24, 1);
            word(0x20, (int) (features >>> 32));
        }

        @Override
        public void select(int queue) {
            word(0x30, queue);
        }

        @Override
        public int most() {
            return word(0x34);
        }

        @Override
        public void size(int size) {
            word(0x38, size);
        }

        @Override
        public void rings(long descriptors, long driver, long device) {
            address(0x80, descriptors);
            address(0x90, driver);
            address(0xA0, device);
        }

        private void address(int offset, long value) {
            word(offset, (int) value);
            word(offset + 4, (int) (value >>> 32));
        }

        @Override
        public void enable() {
            word(0x44, 1);
        }

        @Override
        public boolean enabled() {
            return word(0x44) == 1;
        }

        @Override
        public void resetQueue() {
            word(0xC0, 1);
        }

        @Override
        public boolean resetting() {
            return word(0xC0) == 1;
        }

        @Override
        public void ring(int queue, int data) {
            word(0x50, queue | data << 16);
        }

        @Override
        public long configuration(int offset, int width) {
            return board.read(MMIO + 0x100 + offset, width);
        }

        @Override
        public void configure(int offset, int width, long value) {
            board.write(MMIO + 0x100 + offset, width, value);
        }

        @Override
        public int generation() {
            return word(0xFC);
        }

        @Override
        public int takeInterrupt() {
            int why = word(0x60);
            if (board.line(GSI).raised() != (why != 0)) {
                throw new AssertionError("InterruptStatus " + why + " and the line differ");
            }
            word(0x64, why);
            if (board.line(GSI).raised()) {
                throw new AssertionError("acknowledged, and still high");
            }
            return why;
        }
    }

    private static final class OnPci extends Played {
        private long common;
        private long isr;
        private long own;
        private long notify;
        private int multiplier;

        OnPci(TestBoard board, VirtioDevice device) {
            super(board, device, Placement.pci(null));
        }

        /** §4.1.4: finds the structures as a driver does, whatever their order. */
        @Override
        public void find() {
            board.configure(0, 0x10 + 4, 4, (int) VECTORS);
            board.configure(0, 0x10 + 16, 4, (int) STRUCTURES);
            board.configure(0, 0x10 + 20, 4, 0);
            board.configure(0, 0x04, 2, 2 | 4);
            int at = board.configuration(0, 0x34, 1);
            for (; at != 0; at = board.configuration(0, at + 1, 1)) {
                if (board.configuration(0, at, 1) == 0x09) {
                    structure(at);
                }
            }
        }

        private void structure(int at) {
            int type = board.configuration(0, at + 3, 1);
            long place = STRUCTURES + Integer.toUnsignedLong(board.configuration(0, at + 8, 4));
            switch (type) {
                case 1 -> common = place;
                case 2 -> {
                    notify = place;
                    multiplier = board.configuration(0, at + 16, 4);
                }
                case 3 -> isr = place;
                case 4 -> own = place;
                default -> {}
            }
        }

        @Override
        public int status() {
            return (int) board.read(common + 20, 1);
        }

        @Override
        public void status(int value) {
            board.write(common + 20, 1, value);
        }

        @Override
        public long offered() {
            board.write(common, 4, 0);
            long low = board.read(common + 4, 4);
            board.write(common, 4, 1);
            return low | board.read(common + 4, 4) << 32;
        }

        @Override
        public void accept(long features) {
            board.write(common + 8, 4, 0);
            board.write(common + 12, 4, features & 0xFFFF_FFFFL);
            board.write(common + 8, 4, 1);
            board.write(common + 12, 4, features >>> 32);
        }

        @Override
        public void select(int queue) {
            board.write(common + 22, 2, queue);
        }

        @Override
        public int most() {
            return (int) board.read(common + 24, 2);
        }

        @Override
        public void size(int size) {
            board.write(common + 24, 2, size);
        }

        @Override
        public void rings(long descriptors, long driver, long device) {
            address(32, descriptors);
            address(40, driver);
            address(48, device);
        }

        private void address(int offset, long value) {
            board.write(common + offset, 4, value & 0xFFFF_FFFFL);
            board.write(common + offset + 4, 4, value >>> 32);
        }

        @Override
        public void enable() {
            board.write(common + 28, 2, 1);
        }

        @Override
        public boolean enabled() {
            return board.read(common + 28, 2) == 1;
        }

        @Override
        public void resetQueue() {
            board.write(common + 58, 2, 1);
        }

        @Override
        public boolean resetting() {
            return board.read(common + 58, 2) == 1;
        }

        @Override
        public void ring(int queue, int data) {
            board.write(common + 22, 2, queue);
            long off = board.read(common + 30, 2);
            board.write(notify + off * multiplier, data == 0 ? 2 : 4, queue | (long) data << 16);
        }

        @Override
        public long configuration(int offset, int width) {
            return board.read(own + offset, width);
        }

        @Override
        public void configure(int offset, int width, long value) {
            board.write(own + offset, width, value);
        }

        @Override
        public int generation() {
            return (int) board.read(common + 21, 1);
        }

        @Override
        public int takeInterrupt() {
            boolean high = board.lines().get(0).raised();
            int why = (int) board.read(isr, 1);
            if (high != (why != 0)) {
                throw new AssertionError("ISR " + why + " and INTA# differ");
            }
            if (board.lines().get(0).raised()) {
                throw new AssertionError("acknowledged, and still high");
            }
            return why;
        }
    }
}
