package io.trapline.virtioblk;

import io.trapline.linux.HostFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How worn a disk is, as an eMMC of the host says: JEDEC JESD84-B51, PRE_EOL_INFO and DEVICE_LIFE_TIME_EST_TYP_A and
 * _B, whose values are those of VIRTIO 1.2, §5.2.6.1. Of other disks it is not defined.
 */
record Lifetime(Path folder) {
    private static final String END = "pre_eol_info";
    private static final String ESTIMATES = "life_time";

    static Lifetime of(HostFile file) {
        return new Lifetime(
                file.isBlockDevice()
                        ? Path.of(
                                "/sys/class/block", file.path().getFileName().toString(), "device")
                        : null);
    }

    /** The three, 0: not defined. */
    short[] now() {
        short[] values = new short[3];
        if (folder != null && Files.isReadable(folder.resolve(ESTIMATES))) {
            try {
                values[0] = value(Files.readString(folder.resolve(END)).trim());
                String[] estimates = Files.readString(folder.resolve(ESTIMATES)).trim().split(" ");
                values[1] = value(estimates[0]);
                values[2] = value(estimates[estimates.length - 1]);
            } catch (IOException | NumberFormatException e) {
                return new short[3]; // it does not say
            }
        }
        return values;
    }

    private static short value(String text) {
        return Short.decode(text);
    }
}
