package io.trapline.virtio;

import io.trapline.device.Region;

/**
 * VIRTIO 1.2, §4.1.4.9: the structures through configuration space, for firmware that maps nothing: the capability
 * has the place and width of an access, and its last field is the access.
 */
final class PciWindow implements Region {
    static final int LENGTH = 20;

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

    @Override
    public long read(long offset, int width) {
        if (offset >= DATA) {
            int asked = accessWidth();
            return asked == 0 || offset != DATA ? 0 : structures.read(word(OFFSET), asked);
        }
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (registers[(int) offset + i] & 0xFFL) << 8 * i;
        }
        return value;
    }

    @Override
    public void write(long offset, int width, long value) {
        if (offset >= DATA) {
            int asked = accessWidth();
            if (asked != 0 && offset == DATA) {
                structures.write(word(OFFSET), asked, value & (1L << 8 * asked) - 1);
            }
            return;
        }
        for (int i = 0; i < width; i++) {
            int at = (int) offset + i;
            if (at == BAR || at >= OFFSET) {
                registers[at] = (byte) (value >>> 8 * i);
            }
        }
    }
}
