package io.trapline.device;

/**
 * A place on the PCI bus (PCI Local Bus 3.0, section 3.2.2.3).
 *
 * @param bus 0 to 255
 * @param device 0 to 31
 * @param function 0 to 7
 */
public record PciAddress(int bus, int device, int function) {
    /** Refuses what is out of range. */
    public PciAddress {
        if (bus >>> 8 != 0 || device >>> 5 != 0 || function >>> 3 != 0) {
            throw new IllegalArgumentException(
                    "not a PCI address: bus="
                            + bus
                            + " device="
                            + device
                            + " function="
                            + function);
        }
    }

    /**
     * The place with that routing id.
     *
     * @param routingId 0 to 0xFFFF
     */
    public static PciAddress of(int routingId) {
        return new PciAddress(routingId >>> 8, routingId >>> 3 & 0x1F, routingId & 7);
    }

    /** Bus, device and function in 16 bits, as in CONFIG_ADDRESS. */
    public int routingId() {
        return bus << 8 | device << 3 | function;
    }

    /** As {@code lspci} writes it, e.g. {@code 00:04.0}. */
    @Override
    public String toString() {
        return String.format("%02x:%02x.%d", bus, device, function);
    }
}
