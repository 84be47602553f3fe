package io.trapline.device;

import org.osgi.annotation.versioning.ConsumerType;

/** One function's configuration space ({@link Board#pci}). Called under the baton of the device's client. */
@ConsumerType
public interface PciFunction {
    /** Where it wants to be. */
    PciAddress address();

    /**
     * Reads configuration space.
     *
     * @param register byte offset, 0 to 255 (4095 where the backend has extended space)
     * @param width 1, 2 or 4 bytes; the access does not cross a doubleword
     * @return the value, zero-extended; all-ones where nothing answers
     */
    int readConfiguration(int register, int width);

    /**
     * Writes configuration space.
     *
     * @param register byte offset, as for reads
     * @param width 1, 2 or 4 bytes
     * @param value zero-extended
     */
    void writeConfiguration(int register, int width, int value);
}
