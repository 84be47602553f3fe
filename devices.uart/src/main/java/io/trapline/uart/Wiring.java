package io.trapline.uart;

import io.trapline.device.Board;
import io.trapline.device.Region;

/**
 * Where a configuration puts a UART: at eight ports, or at an address with a stride.
 *
 * @param port the first port; unused where there is an address
 * @param address guest-physical; 0: none
 * @param stride bytes from one register to the next
 * @param irq of the INTR pin
 */
record Wiring(int port, long address, int stride, int irq) {
    // spotless:off
    /** IBM PC and AT Technical Reference: the serial ports of a PC. */
    private static final int[]
            //        COM1   COM2   COM3   COM4
            PORTS = { 0x3F8, 0x2F8, 0x3E8, 0x2E8 },
            IRQS  = { 4,     3,     4,     3 };
    // spotless:on

    /** What a key has that was not given. */
    static final int NO_COM = 0, NO_PORT = 0, NO_ADDRESS = 0, NO_IRQ = -1;

    private static final String PLACES =
            "wanted com, or port, or address (with stride): one of them";

    /** Refuses what makes no sense or contradicts itself, naming key, value and what would be right. */
    static Wiring of(int com, int port, long address, int stride, int irq) {
        if (com < NO_COM || com > PORTS.length) {
            throw refused("com = " + com + ", wanted 1 to " + PORTS.length);
        } else if (com != NO_COM && port != NO_PORT && port != PORTS[com - 1]) {
            throw refused(
                    "com = "
                            + com
                            + " is at port "
                            + hex(PORTS[com - 1])
                            + ", but port = "
                            + hex(port)
                            + ": "
                            + PLACES);
        } else if (address != NO_ADDRESS && (com != NO_COM || port != NO_PORT)) {
            throw refused(
                    "address = "
                            + hex(address)
                            + ", but also "
                            + (com != NO_COM ? "com = " + com : "port = " + hex(port))
                            + ": "
                            + PLACES);
        } else if (stride != 1 && stride != 2 && stride != 4) {
            throw refused("stride = " + stride + ", wanted 1, 2 or 4");
        } else if (stride != 1 && address == NO_ADDRESS) {
            throw refused(
                    "stride = " + stride + ", wanted address with it: ports have a stride of 1");
        } else if (address != NO_ADDRESS && (address & stride - 1) != 0) {
            throw refused(
                    "address = " + hex(address) + ", wanted a multiple of stride = " + stride);
        } else if (irq < NO_IRQ) {
            throw refused("irq = " + irq + ", wanted an interrupt, such as 4");
        }
        int number = com != NO_COM ? com : address != NO_ADDRESS ? 1 : conventional(port);
        return new Wiring(
                port != NO_PORT ? port : PORTS[number - 1],
                address,
                stride,
                irq != NO_IRQ ? irq : IRQS[number - 1]);
    }

    /** The COM port that is there by convention; COM1 for all other places. */
    private static int conventional(int port) {
        for (int com = 1; com <= PORTS.length; com++) {
            if (port == PORTS[com - 1]) {
                return com;
            }
        }
        return 1;
    }

    private static IllegalArgumentException refused(String why) {
        return new IllegalArgumentException("devices.uart: " + why);
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    /** Takes the ports or the addresses. */
    void claim(Board board, Region uart) {
        if (address == NO_ADDRESS) {
            board.ports(port, UartRegister.PORTS, uart);
        } else {
            board.memory(
                    address, (long) UartRegister.PORTS * stride, new StridedRegion(uart, stride));
        }
    }
}
