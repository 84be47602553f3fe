package io.trapline.uart;

import static io.trapline.uart.UartRegister.Access.RO;
import static io.trapline.uart.UartRegister.Access.RW;
import static io.trapline.uart.UartRegister.Access.WO;
import static io.trapline.uart.UartRegister.Bank.ANY;
import static io.trapline.uart.UartRegister.Bank.DLAB_0;
import static io.trapline.uart.UartRegister.Bank.DLAB_1;

/** PC16550D (June 1995), tables I (reset) and II (summary of registers): one constant a row. */
enum UartRegister {
    // spotless:off
    //   offset  access  bank    reset
    RBR (0,      RO,     DLAB_0, 0x00),    // Receiver Buffer
    THR (0,      WO,     DLAB_0, 0x00),    // Transmitter Holding
    IER (1,      RW,     DLAB_0, 0x00),    // Interrupt Enable          §8.6
    IIR (2,      RO,     ANY,    0x01),    // Interrupt Identification  §8.5
    FCR (2,      WO,     ANY,    0x00),    // FIFO Control              §8.4
    LCR (3,      RW,     ANY,    0x00),    // Line Control              §8.1
    MCR (4,      RW,     ANY,    0x00),    // Modem Control             §8.7
    LSR (5,      RO,     ANY,    0x60),    // Line Status               §8.3
    MSR (6,      RO,     ANY,    0x00),    // Modem Status, low half    §8.8
    SCR (7,      RW,     ANY,    0x00),    // Scratchpad                §8.9
    DLL (0,      RW,     DLAB_1, 0x0C),    // Divisor Latch, low        §8.2; no reset on paper: 9600 baud
    DLM (1,      RW,     DLAB_1, 0x00);    // Divisor Latch, high       §8.2
    // spotless:on

    enum Access {
        RO,
        WO,
        RW
    }

    /** Where a row answers: whatever LCR's DLAB is, or only with that value of it. */
    enum Bank {
        ANY,
        DLAB_0,
        DLAB_1
    }

    /** The registers' ports, from the base address. */
    static final int PORTS = 8;

    private static final UartRegister[] READ = table(WO);
    private static final UartRegister[] WRITTEN = table(RO);

    final int offset;
    final int reset;
    private final Access access;
    private final Bank bank;

    UartRegister(int offset, Access access, Bank bank, int reset) {
        this.offset = offset;
        this.access = access;
        this.bank = bank;
        this.reset = reset;
    }

    /** The register that a read reaches; there is always one. */
    static UartRegister onRead(int offset, int lcr) {
        return READ[index(offset, lcr)];
    }

    /** The register that a write reaches; null where the register is read-only. */
    static UartRegister onWrite(int offset, int lcr) {
        return WRITTEN[index(offset, lcr)];
    }

    private static int index(int offset, int lcr) {
        return offset & PORTS - 1 | (lcr & Lcr.DLAB) >> 4;
    }

    private static UartRegister[] table(Access refused) {
        UartRegister[] table = new UartRegister[2 * PORTS];
        for (UartRegister register : values()) {
            if (register.access != refused) {
                if (register.bank != DLAB_1) {
                    table[index(register.offset, 0)] = register;
                }
                if (register.bank != DLAB_0) {
                    table[index(register.offset, Lcr.DLAB)] = register;
                }
            }
        }
        return table;
    }

    // spotless:off
    /** Interrupt Enable, §8.6. */
    static final class Ier {
        static final int ERBFI = 1 << 0, ETBEI = 1 << 1, ELSI = 1 << 2, EDSSI = 1 << 3;
        static final int MASK = 0x0F;
    }

    /** Interrupt Identification, §8.5 and table IV, the highest priority first. */
    static final class Iir {
        static final int LINE_STATUS = 0x06, DATA = 0x04, TIME_OUT = 0x0C, THR_EMPTY = 0x02, MODEM = 0x00, NONE = 0x01;
        static final int FIFOS = 0xC0;
    }

    /** FIFO Control, §8.4. */
    static final class Fcr {
        static final int ENABLE = 1 << 0, RCVR_RESET = 1 << 1, XMIT_RESET = 1 << 2, DMA = 1 << 3, TRIGGER = 3 << 6;
        static final int KEPT = ENABLE | DMA | TRIGGER;
    }

    /** Line Control, §8.1. */
    static final class Lcr {
        static final int WLS = 3 << 0, STB = 1 << 2, PEN = 1 << 3, EPS = 1 << 4, STICK = 1 << 5, BREAK = 1 << 6, DLAB = 1 << 7;
    }

    /** Modem Control, §8.7. */
    static final class Mcr {
        static final int DTR = 1 << 0, RTS = 1 << 1, OUT1 = 1 << 2, OUT2 = 1 << 3, LOOP = 1 << 4;
        static final int MASK = 0x1F;
    }

    /** Line Status, §8.3. */
    static final class Lsr {
        static final int DR = 1 << 0, OE = 1 << 1, PE = 1 << 2, FE = 1 << 3, BI = 1 << 4;
        static final int THRE = 1 << 5, TEMT = 1 << 6, ERROR_IN_FIFO = 1 << 7;
        static final int OF_A_CHARACTER = PE | FE | BI;
        static final int CLEARED_BY_READ = OE | PE | FE | BI;
    }

    /** Modem Status, §8.8. */
    static final class Msr {
        static final int DCTS = 1 << 0, DDSR = 1 << 1, TERI = 1 << 2, DDCD = 1 << 3;
        static final int CTS = 1 << 4, DSR = 1 << 5, RI = 1 << 6, DCD = 1 << 7;
        static final int DELTAS = 0x0F, LINES = 0xF0;
    }
    // spotless:on
}
