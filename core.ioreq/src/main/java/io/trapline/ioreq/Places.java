package io.trapline.ioreq;

import io.trapline.device.PciAddress;
import io.trapline.hypervisor.IoRequestSlot;

/** How ports, addresses and PCI functions are written, in messages and rows. */
final class Places {
    private Places() {}

    static String type(int type) {
        return switch (type) {
            case IoRequestSlot.PORTIO -> "port";
            case IoRequestSlot.MMIO -> "memory";
            case IoRequestSlot.PCICFG -> "pci";
            default -> "unknown";
        };
    }

    /** As {@code port 0x3f8+8}, or {@code pci 00:04.0}. */
    static String text(int type, long first, long length) {
        if (type == IoRequestSlot.PCICFG) {
            return "pci " + PciAddress.of((int) first);
        }
        return type(type) + " 0x" + Long.toHexString(first) + "+" + Long.toUnsignedString(length);
    }
}
