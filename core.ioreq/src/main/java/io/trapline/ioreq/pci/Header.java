package io.trapline.ioreq.pci;

/** PCI Local Bus 3.0, figure 6-1: the type 00h header, and figures 6-2 and 6-3. */
final class Header {
    // spotless:off
    //               offset             bits
    static final int VENDOR_ID        = 0x00; // 16
    static final int DEVICE_ID        = 0x02; // 16
    static final int COMMAND          = 0x04; // 16
    static final int STATUS           = 0x06; // 16
    static final int REVISION_ID      = 0x08; // 8
    static final int CLASS_CODE       = 0x09; // 24
    static final int CACHE_LINE_SIZE  = 0x0C; // 8
    static final int HEADER_TYPE      = 0x0E; // 8
    static final int BARS             = 0x10; // 6 of 32
    static final int SUBSYSTEM_VENDOR = 0x2C; // 16
    static final int SUBSYSTEM_ID     = 0x2E; // 16
    static final int CAPABILITIES     = 0x34; // 8
    static final int INTERRUPT_LINE   = 0x3C; // 8
    static final int INTERRUPT_PIN    = 0x3D; // 8
    static final int END              = 0x40;

    /** Command, table 6-1. */
    static final class Command {
        static final int IO = 1 << 0, MEMORY = 1 << 1, BUS_MASTER = 1 << 2, SERR = 1 << 8, INTX_DISABLE = 1 << 10;
        static final int WRITABLE = IO | MEMORY | BUS_MASTER | SERR | INTX_DISABLE;
    }

    /** Status, table 6-2. */
    static final class Status {
        static final int INTERRUPT = 1 << 3, CAPABILITIES_LIST = 1 << 4;
    }
    // spotless:on

    static final int BAR_COUNT = 6;

    /** Of Header Type: other functions have the same device number (section 6.2.1). */
    static final int MULTI_FUNCTION = 1 << 7;

    private Header() {}
}
