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
            int routingId = (int) first;
            return "pci "
                    + new PciAddress(routingId >> 8 & 0xFF, routingId >> 3 & 0x1F, routingId & 7);
        }
        return type(type) + " 0x" + Long.toHexString(first) + "+" + Long.toUnsignedString(length);
    }
}
