package io.trapline.uart;

import static io.trapline.uart.UartRegister.FCR;
import static io.trapline.uart.UartRegister.IER;
import static io.trapline.uart.UartRegister.IIR;
import static io.trapline.uart.UartRegister.LSR;
import static io.trapline.uart.UartRegister.RBR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardev;
import io.trapline.uart.UartRegister.Fcr;
import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Iir;
import io.trapline.uart.UartRegister.Lsr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PC16550D (June 1995), §8.3 bits 1 to 4 and 7: errors of the line, with their character. */
class UartErrorTest {
    private static final int ERRORS = Lsr.CLEARED_BY_READ | Lsr.ERROR_IN_FIFO;

    private final Pc pc = new Pc().configured(1);

    @ParameterizedTest(name = "{0}: LSR = {2}, {3} in FIFO mode")
    @CsvSource({
        "parity,        0x100, 0x05, 0x85",
        "framing,       0x200, 0x09, 0x89",
        "break,         0x400, 0x11, 0x91",
        "parity+framing,0x300, 0x0D, 0x8D",
    })
    void isReportedOnceWithItsCharacter(String what, String flags, String lsr, String lsrOfFifos) {
        pc.write(IER, Ier.ELSI);
        pc.arrive('x' | Integer.decode(flags));
        assertEquals(Iir.LINE_STATUS, pc.read(IIR));
        assertEquals(Integer.decode(lsr), pc.read(LSR) & ~0x60);
        assertEquals(Lsr.DR, pc.read(LSR) & ~0x60);
        assertFalse(pc.line.raised());
        assertEquals('x', pc.read(RBR));

        pc.write(FCR, Fcr.ENABLE);
        pc.arrive('y' | Integer.decode(flags));
        assertEquals(Iir.FIFOS | Iir.LINE_STATUS, pc.read(IIR));
        assertEquals(Integer.decode(lsrOfFifos), pc.read(LSR) & ~0x60);
        assertEquals(Lsr.DR, pc.read(LSR) & ~0x60);
        assertEquals('y', pc.read(RBR));
    }

    /** Bits 2 to 4: revealed when the character is at the top of the FIFO; bit 7: as long as one is anywhere in it. */
    @Test
    void travelsInTheFifo() {
        pc.write(FCR, Fcr.ENABLE);
        pc.write(IER, Ier.ELSI);
        pc.type("a");
        pc.arrive('b' | Chardev.PARITY_ERROR);
        pc.arrive(Chardev.BREAK);
        pc.type("c");

        assertFalse(pc.line.raised());
        assertEquals(Lsr.ERROR_IN_FIFO, pc.read(LSR) & ERRORS);
        assertEquals('a', pc.read(RBR));
        assertTrue(pc.line.raised());
        assertEquals(Lsr.ERROR_IN_FIFO | Lsr.PE, pc.read(LSR) & ERRORS);
        assertFalse(pc.line.raised());
        assertEquals('b', pc.read(RBR));
        assertEquals(Lsr.ERROR_IN_FIFO | Lsr.BI, pc.read(LSR) & ERRORS);
        assertEquals(0, pc.read(LSR) & ERRORS);
        assertEquals(0, pc.read(RBR));
        assertEquals('c', pc.read(RBR));
    }

    /** A guest that reads RBR without LSR finds the errors later, all of them. */
    @Test
    void staysUntilLsrIsRead() {
        pc.write(FCR, Fcr.ENABLE);
        pc.arrive('a' | Chardev.PARITY_ERROR);
        pc.arrive('b' | Chardev.FRAMING_ERROR);
        pc.read(RBR);
        pc.read(RBR);

        assertEquals(Lsr.ERROR_IN_FIFO | Lsr.PE | Lsr.FE, pc.read(LSR) & ERRORS);
        assertEquals(0, pc.read(LSR) & ERRORS);
    }

    /** Table I: an error's interrupt is reset by reading LSR; resetting the FIFO does not take it away. */
    @Test
    void outlivesTheResetOfTheFifo() {
        pc.write(FCR, Fcr.ENABLE);
        pc.write(IER, Ier.ELSI);
        pc.arrive('a' | Chardev.PARITY_ERROR);
        pc.arrive('b' | Chardev.BREAK);

        pc.write(FCR, Fcr.ENABLE | Fcr.RCVR_RESET);

        assertTrue(pc.line.raised());
        assertEquals(Lsr.PE, pc.read(LSR) & ERRORS);
        assertFalse(pc.line.raised());
    }
}
