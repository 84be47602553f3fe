package io.trapline.virtio;

import io.trapline.device.PciAddress;

/**
 * Where a virtio device is.
 *
 * @param pci whether it is on the PCI bus; else its registers are memory-mapped
 * @param slot its place on the PCI bus; null: the next that is free
 * @param address of its registers in memory
 * @param gsi its interrupt line, where it is memory-mapped
 */
public record Placement(boolean pci, PciAddress slot, long address, int gsi) {
    /**
     * On the PCI bus.
     *
     * @param slot null: the next place that is free
     */
    public static Placement pci(PciAddress slot) {
        return new Placement(true, slot, 0, 0);
    }

    /**
     * Memory-mapped.
     *
     * @param address of its {@code 0x200} bytes of registers
     * @param gsi global system interrupt
     */
    public static Placement mmio(long address, int gsi) {
        return new Placement(false, null, address, gsi);
    }
}
