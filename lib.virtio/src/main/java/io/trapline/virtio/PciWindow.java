package io.trapline.virtio;

import io.trapline.device.Region;

/**
 * VIRTIO 1.2, §4.1.4.9: the structures through configuration space, for firmware that maps nothing: the capability
 * has the place and width of an access, and its last field is the access.
 */
final class PciWindow implements Region {
    static final int LENGTH = 20;

    /** How many numbers {@link #save} fills. */
    static final int STATE = 4;

    private static final int CFG_TYPE = 5;
    private static final int BAR = 4;
    private static final int OFFSET = 8;
    private static final int ACCESS_LENGTH = 12;
    private static final int DATA = 16;

    private final int structuresBar;
    private final long structuresLength;
    private final Region structures;
    private final byte[] registers = new byte[LENGTH];

    PciWindow(int bar, long length, Region structures) {
        this.structuresBar = bar;
        this.structuresLength = length;
        this.structures = structures;
        registers[2] = LENGTH;
        registers[3] = CFG_TYPE;
    }

    private long word(int offset) {
        long value = 0;
        for (int i = 0; i < 4; i++) {
            value |= (registers[offset + i] & 0xFFL) << 8 * i;
        }
        return value;
    }

    private void word(int offset, int value) {
        for (int i = 0; i < 4; i++) {
            registers[offset + i] = (byte) (value >>> 8 * i);
        }
    }

    /** The width of the access that is asked for; 0 if it makes none. */
    private int accessWidth() {
        long offset = word(OFFSET);
        long width = word(ACCESS_LENGTH);
        boolean sensible =
                registers[BAR] == structuresBar
                        && (width == 1 || width == 2 || width == 4)
                        && (offset & width - 1) == 0
                        && offset + width <= structuresLength;
        return sensible ? (int) width : 0;
    }

    /** A read of the last field makes an access, and finds there what that gave. */
    @Override
    public long read(long offset, int width) {
        if (offset + width > DATA) {
            int asked = accessWidth();
            word(DATA, 0);
            if (asked != 0) {
                long value = structures.read(word(OFFSET), asked);
                word(DATA, (int) (value & (1L << 8 * asked) - 1));
            }
        }
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (registers[(int) offset + i] & 0xFFL) << 8 * i;
        }
        return value;
    }

    /** A write of the last field makes an access with what is then there. */
    @Override
    public void write(long offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            int at = (int) offset + i;
            if (at == BAR || at >= OFFSET) {
                registers[at] = (byte) (value >>> 8 * i);
            }
        }
        int asked = accessWidth();
        if (offset + width > DATA && asked != 0) {
            structures.write(word(OFFSET), asked, word(DATA) & (1L << 8 * asked) - 1);
        }
    }

    /** Power-on. */
    void clear() {
        restore(new int[STATE], 0);
    }

    void save(int[] saved, int at) {
        saved[at] = registers[BAR] & 0xFF;
        saved[at + 1] = (int) word(OFFSET);
        saved[at + 2] = (int) word(ACCESS_LENGTH);
        saved[at + 3] = (int) word(DATA);
    }

    void restore(int[] saved, int at) {
        registers[BAR] = (byte) saved[at];
        word(OFFSET, saved[at + 1]);
        word(ACCESS_LENGTH, saved[at + 2]);
        word(DATA, saved[at + 3]);
    }
}
