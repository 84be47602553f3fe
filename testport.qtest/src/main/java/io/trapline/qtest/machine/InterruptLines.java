package io.trapline.qtest.machine;

/**
 * The levels of a machine's interrupt lines, as devices and somebody outside drive them, and who is told of
 * changes. From any thread; the listener is told in the order of the changes.
 */
public final class InterruptLines {
    /** Those of a PC's I/O APIC, and of a second one, as a microvm has for its 24 virtio devices. */
    public static final int COUNT = 48;

    private long inside;
    private long outside;
    private Listener listener;

    /** Hears of changes, in order, one call at a time. */
    @FunctionalInterface
    public interface Listener {
        /**
         * A line has another level.
         *
         * @param gsi the line
         * @param high its level now
         */
        void changed(int gsi, boolean high);
    }

    /** Has changes told from now on. */
    public synchronized void listen(Listener told) {
        listener = told;
    }

    /** A device drives a line. */
    synchronized void inside(int gsi, boolean high) {
        long before = inside | outside;
        inside = with(inside, gsi, high);
        tell(gsi, before);
    }

    /** Somebody outside drives a line; the pin is high while either does. */
    public synchronized void outside(int gsi, boolean high) {
        long before = inside | outside;
        outside = with(outside, gsi, high);
        tell(gsi, before);
    }

    private static long with(long levels, int gsi, boolean high) {
        if (gsi < 0 || gsi >= COUNT) {
            throw new IllegalArgumentException(
                    "no interrupt line " + gsi + ", wanted 0 to " + (COUNT - 1));
        }
        return high ? levels | 1L << gsi : levels & ~(1L << gsi);
    }

    private void tell(int gsi, long before) {
        long now = inside | outside;
        if (now != before && listener != null) {
            listener.changed(gsi, (now >>> gsi & 1) != 0);
        }
    }
}
