package io.trapline.oracle;

/**
 * One access to a port, a byte wide.
 *
 * @param write whether the guest writes
 * @param value what it writes; 0 for a read
 */
record Command(boolean write, int port, int value) {
    static Command in(int port) {
        return new Command(false, port, 0);
    }

    static Command out(int port, int value) {
        return new Command(true, port, value & 0xFF);
    }

    Command with(int newValue) {
        return new Command(write, port, newValue);
    }

    /** As it goes over the wire. */
    String line() {
        return write
                ? String.format("outb 0x%x 0x%x", port, value)
                : String.format("inb 0x%x", port);
    }
}
