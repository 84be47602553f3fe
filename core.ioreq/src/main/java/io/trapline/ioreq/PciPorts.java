package io.trapline.ioreq;

import io.trapline.hypervisor.IoRequestSlot;

/**
 * CONFIG_ADDRESS and CONFIG_DATA, ports 0xCF8 to 0xCFF (PCI Local Bus 3.0, section 3.2.2.3.2), for backends
 * that do not decode configuration accesses themselves. The register is the doubleword of CONFIG_ADDRESS with
 * the low bits of the port, or, as QEMU has it and clients of its tests use it, with those of CONFIG_ADDRESS: the
 * specification calls those reserved, and who leaves them zero sees no difference.
 */
final class PciPorts {
    private static final int CONFIG_ADDRESS = 0xCF8;
    private static final int CONFIG_DATA = 0xCFC;
    private static final int ENABLE = 1 << 31;

    /** Bits 30 to 24, 1 and 0 are reserved: read as zeros, whatever was written. */
    private static final int READABLE = 0x80FF_FFFC;

    private final Mapping addressPort;

    /** Stands between two accesses of the guest, whichever vCPU makes them. */
    private volatile int address;

    PciPorts(IoreqClient client) {
        addressPort = new Mapping(IoRequestSlot.PORTIO, CONFIG_ADDRESS, 4, null, null, client);
    }

    boolean contains(long port) {
        return (port & ~7L) == CONFIG_ADDRESS;
    }

    /** CONFIG_ADDRESS is accessed as a doubleword only: anything else is another device's port. */
    boolean isAddress(Request request) {
        return request.address() == CONFIG_ADDRESS && request.width() == 4;
    }

    Mapping addressPort() {
        return addressPort;
    }

    /** Power-on. */
    void reset() {
        address = 0;
    }

    /** Reads or writes CONFIG_ADDRESS. */
    long serve(Request request) {
        if (request.write()) {
            address = (int) request.value();
        }
        return Integer.toUnsignedLong(address & READABLE);
    }

    /** Makes an access to CONFIG_DATA the configuration access that it means; false if it means none. */
    boolean decode(Request request) {
        int selected = address;
        int within = (int) request.address() - CONFIG_DATA;
        if (within < 0 || within + request.width() > 4 || (selected & ENABLE) == 0) {
            return false;
        }
        int low = selected & 3 | within;
        if (low + request.width() > 4) {
            low = within; // an access as wide as that begins where the port says
        }
        request.decoded(selected >>> 8 & 0xFFFF, selected & 0xFC | low);
        return true;
    }
}
