package io.trapline.rtc;

/** MC146818A (Motorola, 1984), "Address map" and "Registers": one constant a row. */
enum RtcRegister {
    // spotless:off
    //             index  written  power-on
    SECONDS       (0x00,  0x7F,    0x00),    // the high-order bit is read-only
    SECONDS_ALARM (0x01,  0xFF,    0x00),
    MINUTES       (0x02,  0xFF,    0x00),
    MINUTES_ALARM (0x03,  0xFF,    0x00),
    HOURS         (0x04,  0xFF,    0x00),
    HOURS_ALARM   (0x05,  0xFF,    0x00),
    DAY_OF_WEEK   (0x06,  0xFF,    0x00),    // Sunday is 1
    DATE          (0x07,  0xFF,    0x00),    // of the month
    MONTH         (0x08,  0xFF,    0x00),
    YEAR          (0x09,  0xFF,    0x00),
    A             (0x0A,  0x7F,    0x26),    // bit 7 is read-only; 32.768 kHz, 1024 Hz: as a PC's firmware sets it
    B             (0x0B,  0xFF,    0x02),    // BCD, 24 hours: as a PC's firmware sets it
    C             (0x0C,  0x00,    0x00),    // read-only
    D             (0x0D,  0x00,    0x00),    // read-only
    CENTURY       (0x32,  0xFF,    0x00),    // of the PC/AT, not on Motorola's paper; at 0x37 too, as on a PS/2
    RAM           (0x0E,  0xFF,    0x00);    // from here on, all that is not the century
    // spotless:on

    /** Bytes that the index port reaches: Motorola's 64, and as many again, as in later PCs. */
    static final int BYTES = 0x80;

    /** Where a PS/2 has its century; the same byte. */
    static final int CENTURY_OF_PS2 = 0x37;

    private static final RtcRegister[] AT = new RtcRegister[BYTES];

    static {
        java.util.Arrays.fill(AT, RAM);
        for (RtcRegister register : values()) {
            AT[register.index] = register;
        }
        AT[CENTURY_OF_PS2] = CENTURY;
    }

    final int index;
    final int written;
    final int powerOn;

    RtcRegister(int index, int written, int powerOn) {
        this.index = index;
        this.written = written;
        this.powerOn = powerOn;
    }

    /** The register that an index selects; there is always one. */
    static RtcRegister at(int index) {
        return AT[index & BYTES - 1];
    }

    // spotless:off
    /** The index port: IBM PC/AT, bit 7 masks the NMI and is no part of the index. */
    static final class Index {
        static final int NMI_MASK = 1 << 7, INDEX = 0x7F;
    }

    /** Register A. */
    static final class RegisterA {
        static final int RS = 0x0F, DV_SHIFT = 4, DV = 7 << DV_SHIFT, UIP = 1 << 7;
    }

    /** Register B. */
    static final class RegisterB {
        static final int DSE = 1 << 0, HOURS_24 = 1 << 1, DM = 1 << 2, SQWE = 1 << 3;
        static final int UIE = 1 << 4, AIE = 1 << 5, PIE = 1 << 6, SET = 1 << 7;
        static final int CLEARED_BY_RESET = PIE | AIE | UIE | SQWE;
        static final int FORMAT = DM | HOURS_24;
    }

    /** Register C; a flag stands where its enable stands in register B. */
    static final class RegisterC {
        static final int UF = 1 << 4, AF = 1 << 5, PF = 1 << 6, IRQF = 1 << 7;
        static final int FLAGS = UF | AF | PF;
    }

    /** Register D. */
    static final class RegisterD {
        static final int VRT = 1 << 7;
    }

    /** Hours of 12: bit 7 tells afternoon. An alarm byte from 0xC0 to 0xFF matches anything. */
    static final int PM = 1 << 7, ANY = 3 << 6;
    // spotless:on
}
