package io.trapline.uart;

import static io.trapline.uart.UartRegister.FCR;
import static io.trapline.uart.UartRegister.IER;
import static io.trapline.uart.UartRegister.IIR;
import static io.trapline.uart.UartRegister.LCR;
import static io.trapline.uart.UartRegister.LSR;
import static io.trapline.uart.UartRegister.MCR;
import static io.trapline.uart.UartRegister.THR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.uart.UartRegister.Fcr;
import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Iir;
import io.trapline.uart.UartRegister.Lcr;
import io.trapline.uart.UartRegister.Lsr;
import io.trapline.uart.UartRegister.Mcr;
import java.util.List;
import org.junit.jupiter.api.Test;

/** PC16550D (June 1995), §8.3 bits 5 and 6, §8.10: the transmitter, and what holds it up. */
class UartTransmitTest {
    private static final int EMPTY = Lsr.THRE | Lsr.TEMT;

    private final Pc pc = new Pc().configured(1);

    @Test
    void isEmptyAgainAtOnce() {
        pc.write(THR, 'A');

        assertEquals("A", pc.chardev.printed.toString());
        assertEquals(EMPTY, pc.read(LSR));
    }

    @Test
    void waitsForRoomWithTheFifo() {
        pc.write(FCR, Fcr.ENABLE);
        pc.write(IER, Ier.ETBEI);
        pc.chardev.room = 2;
        for (int i = 0; i < 16; i++) {
            pc.write(THR, 'a' + i);
        }

        assertEquals("ab", pc.chardev.printed.toString());
        assertEquals(0, pc.read(LSR) & EMPTY);
        assertFalse(pc.line.raised());

        pc.chardev.room = 5;
        pc.uart.writable();
        assertEquals(0, pc.read(LSR) & EMPTY);

        pc.chardev.room = Integer.MAX_VALUE;
        pc.uart.writable();
        assertEquals("abcdefghijklmnop", pc.chardev.printed.toString());
        assertEquals(EMPTY, pc.read(LSR) & EMPTY);
        assertEquals(Iir.FIFOS | Iir.THR_EMPTY, pc.read(IIR));
    }

    /** A guest that heeds THRE loses nothing to a slow reader. */
    @Test
    void losesNothingToASlowReader() {
        StringBuilder sent = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            pc.chardev.room = i % 3;
            while ((pc.read(LSR) & Lsr.THRE) != 0 && i < 10_000 && sent.length() < 10_000) {
                char next = (char) ('!' + sent.length() % 90);
                sent.append(next);
                pc.write(THR, next);
            }
            pc.uart.writable();
        }

        assertEquals(sent.substring(0, pc.chardev.printed.length()), pc.chardev.printed.toString());
        assertTrue(sent.length() - pc.chardev.printed.length() <= 2);
        assertTrue(sent.length() > 9_000);
    }

    @Test
    void overwritesThrInCharacterMode() {
        pc.chardev.room = 0;
        pc.write(THR, 'a'); // goes on to the shift register
        pc.write(THR, 'b');
        pc.write(THR, 'c');
        pc.chardev.room = 9;
        pc.uart.writable();

        assertEquals("ac", pc.chardev.printed.toString());
    }

    @Test
    void losesWhatTheFifoHasNoRoomFor() {
        pc.write(FCR, Fcr.ENABLE);
        pc.chardev.room = 0;
        for (int i = 0; i < 20; i++) {
            pc.write(THR, 'a' + i);
        }
        pc.chardev.room = 99;
        pc.uart.writable();

        assertEquals("abcdefghijklmnopq", pc.chardev.printed.toString());
    }

    /** §8.4, bit 2: the shift register is not cleared. */
    @Test
    void isEmptyButForItsShiftRegisterAfterItsFifoIsReset() {
        pc.write(FCR, Fcr.ENABLE);
        pc.write(IER, Ier.ETBEI);
        pc.chardev.room = 0;
        pc.write(THR, 'a');
        pc.write(THR, 'b');
        assertFalse(pc.line.raised());

        pc.write(FCR, Fcr.ENABLE | Fcr.XMIT_RESET);

        assertEquals(Lsr.THRE, pc.read(LSR));
        assertTrue(pc.line.raised());
        pc.chardev.room = 9;
        pc.uart.writable();
        assertEquals("a", pc.chardev.printed.toString());
        assertEquals(EMPTY, pc.read(LSR));
    }

    /** §8.10: the transmitter's interrupt after changing FCR0 is immediate. */
    @Test
    void interruptsOnceTheFifosAreSwitched() {
        pc.write(IER, Ier.ETBEI);
        pc.read(IIR);
        assertFalse(pc.line.raised());

        pc.write(FCR, Fcr.ENABLE);

        assertTrue(pc.line.raised());
    }

    /** §8.4, bit 2: an empty FIFO that is cleared is empty again, and says so. */
    @Test
    void interruptsOnceItsFifoIsCleared() {
        pc.write(FCR, Fcr.ENABLE);
        pc.write(IER, Ier.ETBEI);
        pc.read(IIR);
        assertFalse(pc.line.raised());

        pc.write(FCR, Fcr.ENABLE | Fcr.XMIT_RESET);

        assertEquals(Iir.FIFOS | Iir.THR_EMPTY, pc.read(IIR));
        pc.write(FCR, Fcr.ENABLE | Fcr.RCVR_RESET);
        assertFalse(pc.line.raised());
    }

    @Test
    void sendsABreakForAsLongAsLcrSays() {
        pc.write(LCR, Pc.EIGHT_BITS | Lcr.BREAK);
        pc.write(MCR, Mcr.LOOP);
        pc.write(MCR, 0);
        pc.write(LCR, Pc.EIGHT_BITS | Lcr.BREAK);
        pc.write(LCR, Pc.EIGHT_BITS);

        assertEquals(List.of(true, false, true, false), pc.chardev.breaks);
    }
}
