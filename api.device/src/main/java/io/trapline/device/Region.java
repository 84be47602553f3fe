package io.trapline.device;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * What answers the accesses to one claim. Called under the baton of the device's ioreq client. A guest can
 * send any offset inside the claim with any width; none of it may throw. What throws all the same is
 * answered with all-ones and counted as a fault of the device.
 */
@ConsumerType
public interface Region {
    /** What a read gives where nothing answers: all bits one, to be cut to the width. */
    long OPEN_BUS = -1L;

    /**
     * Reads from the device, with every side effect its datasheet gives to a read.
     *
     * @param offset bytes from the start of the claim; the whole access lies inside it
     * @param width bytes: 1, 2, 4 or 8
     * @return the value, little-endian in the low {@code width} bytes (what is above is cut off); {@link
     *     #OPEN_BUS} where no register answers
     */
    long read(long offset, int width);

    /**
     * Writes to the device.
     *
     * @param offset bytes from the start of the claim; the whole access lies inside it
     * @param width bytes: 1, 2, 4 or 8
     * @param value zero-extended
     */
    void write(long offset, int width, long value);
}
