package io.trapline.virtioblk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * How worn a disk is, as an eMMC of the host says: JEDEC JESD84-B51, PRE_EOL_INFO and DEVICE_LIFE_TIME_EST_TYP_A and
 * _B, whose values are those of VIRTIO 1.2, §5.2.6. Read once a minute at most, and nothing is allocated in between.
 */
final class Lifetime {
    private static final String END = "pre_eol_info";
    private static final String ESTIMATES = "life_time";
    private static final int MOST_END = 3, MOST_ESTIMATE = 11; // above is reserved
    private static final long MINUTE = 60_000_000_000L;
    private static final short[] UNKNOWN = new short[3];

    private final Path folder; // null: it does not say
    private final LongSupplier nanos;
    private short[] last = UNKNOWN;
    private long readAt;

    /**
     * Looks for it.
     *
     * @param disk its folder in /sys, that of a partition too; null: it is a file
     * @param nanos a clock of the host's
     */
    Lifetime(Path disk, LongSupplier nanos) {
        this.nanos = nanos;
        Path found = null;
        for (String place : new String[] {"../device", "device"}) {
            if (disk != null && Files.isReadable(disk.resolve(place).resolve(ESTIMATES))) {
                found = disk.resolve(place);
            }
        }
        folder = found;
        if (folder != null) {
            read();
        }
    }

    private void read() {
        readAt = nanos.getAsLong();
        try {
            String[] estimates = text(ESTIMATES).split(" ");
            last =
                    new short[] {
                        value(text(END), MOST_END),
                        value(estimates[0], MOST_ESTIMATE),
                        value(estimates[estimates.length - 1], MOST_ESTIMATE)
                    };
        } catch (IOException | NumberFormatException e) {
            last = UNKNOWN; // it does not say
        }
    }

    private String text(String name) throws IOException {
        return Files.readString(folder.resolve(name)).trim();
    }

    /** §5.2.6.2: no reserved value is sent. */
    private static short value(String text, int most) {
        int value = Integer.decode(text);
        return value < 0 || value > most ? 0 : (short) value;
    }

    /** Whether any of it is defined. */
    synchronized boolean isKnown() {
        return last[0] != 0 || last[1] != 0 || last[2] != 0;
    }

    /** The three, 0: not defined. For reading only. From any thread. */
    synchronized short[] now() {
        if (folder != null && nanos.getAsLong() - readAt >= MINUTE) {
            read();
        }
        return last;
    }
}
