package io.trapline.bench;

import io.trapline.device.Region;

/**
 * Eight cells, each answering for itself: what other devices' claims lead to. There are several classes of it, so that a
 * call of a region cannot be foreseen by the compiler, as it cannot in a machine with several devices.
 */
abstract class Bystander implements Region {
    private static final int CELLS = 8;

    final long[] cells = new long[CELLS];

    /** One of a few kinds. */
    static Bystander of(int index) {
        Bystander made =
                switch (index % 3) {
                    case 0 -> new Plain();
                    case 1 -> new Inverted();
                    default -> new Doubled();
                };
        for (int i = 0; i < CELLS; i++) {
            made.cells[i] = (long) index + i;
        }
        return made;
    }

    @Override
    public void write(long offset, int width, long value) {
        cells[(int) offset & CELLS - 1] = value;
    }

    private static final class Plain extends Bystander {
        @Override
        public long read(long offset, int width) {
            return cells[(int) offset & CELLS - 1];
        }
    }

    private static final class Inverted extends Bystander {
        @Override
        public long read(long offset, int width) {
            return ~cells[(int) offset & CELLS - 1];
        }
    }

    private static final class Doubled extends Bystander {
        @Override
        public long read(long offset, int width) {
            return cells[(int) offset & CELLS - 1] << 1;
        }
    }
}
