package io.trapline.uart;

import static io.trapline.uart.UartRegister.FCR;
import static io.trapline.uart.UartRegister.IER;
import static io.trapline.uart.UartRegister.IIR;
import static io.trapline.uart.UartRegister.LSR;
import static io.trapline.uart.UartRegister.MSR;
import static io.trapline.uart.UartRegister.RBR;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.chardev.Chardev;
import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Iir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PC16550D (June 1995), table IV: what is reported first, and what resets it. */
class UartPriorityTest {
    private static final int TRIGGER_4 = 0x41;

    /** Table IV, top down; §8.5, bit 3: a time-out shows before the data that it shares a priority with. */
    private enum Row {
        // spotless:off
        //          IIR              enabled by reset by so many reads
        LINE_STATUS(Iir.LINE_STATUS, Ier.ELSI,  LSR, 1),
        TIME_OUT   (Iir.TIME_OUT,    Ier.ERBFI, RBR, 1),
        DATA       (Iir.DATA,        Ier.ERBFI, RBR, 1), // one of four: below the trigger level
        THR_EMPTY  (Iir.THR_EMPTY,   Ier.ETBEI, IIR, 0), // the one that reported it
        MODEM      (Iir.MODEM,       Ier.EDSSI, MSR, 1);
        // spotless:on

        private final int id;
        private final int enable;
        private final UartRegister reset;
        private final int reads;

        Row(int id, int enable, UartRegister reset, int reads) {
            this.id = id;
            this.enable = enable;
            this.reset = reset;
            this.reads = reads;
        }
    }

    /** All is pending; each enabled row is reported in its turn, and no other, whatever is enabled beside it. */
    @ParameterizedTest
    @EnumSource(Row.class)
    void isThatOfTableIV(Row last) {
        for (int enabled = 0; enabled <= Ier.MASK; enabled++) {
            if ((enabled & last.enable) != 0) {
                Pc pc = new Pc().configured(1);
                pc.write(FCR, TRIGGER_4);
                pc.arrive('a' | Chardev.PARITY_ERROR);
                pc.type("bcde");
                pc.time.advance(1_000_000_000);
                pc.chardev.connected = false;
                pc.uart.readable();
                pc.write(IER, enabled);
                for (Row row : Row.values()) {
                    if ((enabled & row.enable) != 0 && row.compareTo(last) < 0) {
                        assertEquals(Iir.FIFOS | row.id, pc.read(IIR), "IER = " + enabled);
                        for (int i = 0; i < row.reads; i++) {
                            pc.read(row.reset);
                        }
                    }
                }
                assertEquals(Iir.FIFOS | last.id, pc.read(IIR), "IER = " + enabled);
            }
        }
    }
}
