package io.trapline.oracle;

import java.util.EnumSet;
import java.util.Set;

/** Faults of a single bit, or of one change of the interrupt line. */
enum Fault {
    // spotless:off
    //                  device  register   where           stuck at 0  stuck at 1
    LCR_BREAK          ("UART", "LCR",     Where.WRITTEN,  0x40, 0x00),
    IER_MODEM          ("UART", "IER",     Where.WRITTEN,  0x08, 0x00),
    LSR_OVERRUN        ("UART", "LSR",     Where.READ,     0x02, 0x00),
    IIR_FIFOS          ("UART", "IIR",     Where.READ,     0x80, 0x00),
    MSR_RING_ENDED     ("UART", "MSR",     Where.READ,     0x04, 0x00),
    SCRATCH            ("UART", "SCR",     Where.READ,     0x20, 0x00),
    FCR_TRIGGER        ("UART", "FCR",     Where.WRITTEN,  0x80, 0x00),
    MCR_OUT2           ("UART", "MCR",     Where.WRITTEN,  0x08, 0x00),
    DIVISOR            ("UART", "DLM",     Where.READ,     0x00, 0x01),
    RECEIVED           ("UART", "RBR",     Where.READ,     0x00, 0x10),
    THRE_NOT_LOWERED   ("UART", "IIR",     Where.EDGE,     0x00, 0x00),
    DATA_NOT_LOWERED   ("UART", "RBR",     Where.EDGE,     0x00, 0x00),
    B_24_HOURS         ("RTC",  "B",       Where.WRITTEN,  0x02, 0x00),
    B_BINARY           ("RTC",  "B",       Where.WRITTEN,  0x04, 0x00),
    A_RATE             ("RTC",  "A",       Where.WRITTEN,  0x01, 0x00),
    C_UPDATE_FLAG      ("RTC",  "C",       Where.READ,     0x00, 0x10),
    D_VALID            ("RTC",  "D",       Where.READ,     0x80, 0x00),
    HOURS_PM           ("RTC",  "hours",   Where.READ,     0x80, 0x00),
    MINUTES            ("RTC",  "minutes", Where.WRITTEN,  0x10, 0x00),
    CENTURY            ("RTC",  "century", Where.READ,     0x00, 0x04),
    RAM                ("RTC",  "RAM",     Where.WRITTEN,  0x00, 0x02),

    // These need time to pass.
    A_UPDATE_COMES     ("RTC",  "A",       Where.READ,     0x80, 0x00),
    C_PERIODIC_FLAG    ("RTC",  "C",       Where.READ,     0x40, 0x00),
    C_ALARM_FLAG       ("RTC",  "C",       Where.READ,     0x20, 0x00),
    C_NOT_LOWERED      ("RTC",  "C",       Where.EDGE,     0x00, 0x00),
    IIR_TIME_OUT       ("UART", "IIR",     Where.READ,     0x08, 0x00);
    // spotless:on

    enum Where {
        /** In what is written. */
        WRITTEN,
        /** In what is read. */
        READ,
        /** The line's changes that a read brings are lost. */
        EDGE
    }

    final String chip;
    final String register;
    final Where where;

    /** Those that show only while time passes. */
    static final Set<Fault> IN_TIME =
            EnumSet.of(A_UPDATE_COMES, C_PERIODIC_FLAG, C_ALARM_FLAG, C_NOT_LOWERED, IIR_TIME_OUT);

    private final int cleared;
    private final int set;

    Fault(String chip, String register, Where where, int cleared, int set) {
        this.chip = chip;
        this.register = register;
        this.where = where;
        this.cleared = cleared;
        this.set = set;
    }

    int spoil(int value) {
        return value & ~cleared | set;
    }
}
