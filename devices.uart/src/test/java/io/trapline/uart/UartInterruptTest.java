package io.trapline.uart;

import static io.trapline.uart.UartRegister.FCR;
import static io.trapline.uart.UartRegister.IER;
import static io.trapline.uart.UartRegister.IIR;
import static io.trapline.uart.UartRegister.LSR;
import static io.trapline.uart.UartRegister.MCR;
import static io.trapline.uart.UartRegister.MSR;
import static io.trapline.uart.UartRegister.RBR;
import static io.trapline.uart.UartRegister.THR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardev;
import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Iir;
import io.trapline.uart.UartRegister.Lsr;
import io.trapline.uart.UartRegister.Mcr;
import org.junit.jupiter.api.Test;

/** PC16550D (June 1995), §8.5, §8.6 and table IV: the four priorities, what raises and what clears each. */
class UartInterruptTest {
    private final Pc pc = new Pc().configured(1);

    @Test
    void areReportedByPriority() {
        pc.write(FCR, 0x41); // trigger level 4
        pc.write(IER, Ier.MASK);
        pc.read(IIR); // THRE after the switch to FIFOs
        pc.type("a");
        pc.time.advance(1_000_000);
        pc.write(THR, 'x');
        pc.chardev.connected = false;
        pc.arrive(Chardev.BREAK);
        pc.type("bc");

        assertEquals(Iir.FIFOS | Iir.TIME_OUT, pc.read(IIR));
        assertEquals('a', pc.read(RBR));
        assertEquals(Iir.FIFOS | Iir.LINE_STATUS, pc.read(IIR));
        pc.read(LSR);
        assertEquals(Iir.FIFOS | Iir.THR_EMPTY, pc.read(IIR));
        assertEquals(Iir.FIFOS | Iir.MODEM, pc.read(IIR));
        pc.read(MSR);
        assertEquals(Iir.FIFOS | Iir.NONE, pc.read(IIR));
        assertFalse(pc.line.raised());
        pc.time.advance(1_000_000);
        assertEquals(Iir.FIFOS | Iir.TIME_OUT, pc.read(IIR));
        assertTrue(pc.line.raised());
    }

    /** Case: input arrives while IER is masked; Linux's printk masks it and unmasks it again. */
    @Test
    void areRaisedByUnmasking() {
        pc.type("a");
        assertFalse(pc.line.raised());

        pc.write(IER, Ier.ERBFI);

        assertTrue(pc.line.raised());
        pc.write(IER, 0);
        assertFalse(pc.line.raised());
        pc.write(IER, Ier.ERBFI);
        assertEquals(2, pc.line.edges());
    }

    /** Case: THRE never raised. */
    @Test
    void tellOfAnEmptyThrWhenEnabled() {
        pc.write(IER, Ier.ETBEI);

        assertTrue(pc.line.raised());
        assertEquals(Iir.THR_EMPTY, pc.read(IIR));
        assertFalse(pc.line.raised());
        assertEquals(Iir.NONE, pc.read(IIR));
    }

    /** Case: a THRE storm; writing IER again is no edge. */
    @Test
    void tellOfAnEmptyThrOnce() {
        pc.write(IER, Ier.ETBEI);
        pc.read(IIR);

        pc.write(IER, Ier.ETBEI | Ier.ERBFI);

        assertFalse(pc.line.raised());
        pc.write(IER, 0);
        pc.write(IER, Ier.ETBEI);
        assertTrue(pc.line.raised());
    }

    @Test
    void tellOfAnEmptyThrAfterEachCharacterWithAnEdge() {
        pc.write(IER, Ier.ETBEI);
        for (int i = 0; i < 5; i++) {
            pc.write(THR, 'a' + i); // IIR is not read: the write itself clears
        }

        assertEquals("abcde", pc.chardev.printed.toString());
        assertEquals(6, pc.line.edges());
        assertTrue(pc.line.raised());
    }

    /** Case: an IIR read clears a cause that it did not report. */
    @Test
    void areClearedByIirOnlyIfReported() {
        pc.write(IER, Ier.ETBEI | Ier.ERBFI);
        pc.type("a");

        assertEquals(Iir.DATA, pc.read(IIR));
        assertEquals(Iir.DATA, pc.read(IIR));
        pc.read(RBR);
        assertEquals(Iir.THR_EMPTY, pc.read(IIR));
        assertEquals(Iir.NONE, pc.read(IIR));
    }

    @Test
    void giveAnEdgeForEachCharacterWithoutFifos() {
        pc.write(IER, Ier.ERBFI);
        pc.type("abc");

        assertEquals(1, pc.line.edges());
        pc.read(RBR);
        pc.read(RBR);
        assertEquals(3, pc.line.edges());
        pc.read(RBR);
        assertFalse(pc.line.raised());
    }

    /** Case: LSR errors are reported once. */
    @Test
    void dropALineStatusOnceLsrIsRead() {
        pc.write(IER, Ier.ELSI);
        pc.arrive(Chardev.BREAK);
        assertTrue(pc.line.raised());
        assertEquals(Iir.LINE_STATUS, pc.read(IIR));

        assertEquals(Lsr.BI | Lsr.DR, pc.read(LSR) & 0x1F);

        assertFalse(pc.line.raised());
        assertEquals(Lsr.DR, pc.read(LSR) & 0x1F);
    }

    /** IBM PC Asynchronous Adapter: OUT2 is the gate of the interrupt; §8.7: and off in loopback. */
    @Test
    void passTheGateOfOut2() {
        pc.write(IER, Ier.ETBEI);
        assertTrue(pc.line.raised());

        pc.write(MCR, Mcr.DTR | Mcr.RTS);
        assertFalse(pc.line.raised());
        pc.write(MCR, Mcr.OUT2 | Mcr.LOOP);
        assertFalse(pc.line.raised());
        pc.write(MCR, Mcr.OUT2);
        assertTrue(pc.line.raised());
    }
}
