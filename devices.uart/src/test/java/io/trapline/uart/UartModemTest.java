package io.trapline.uart;

import static io.trapline.uart.UartRegister.FCR;
import static io.trapline.uart.UartRegister.IER;
import static io.trapline.uart.UartRegister.IIR;
import static io.trapline.uart.UartRegister.LSR;
import static io.trapline.uart.UartRegister.MCR;
import static io.trapline.uart.UartRegister.MSR;
import static io.trapline.uart.UartRegister.THR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Iir;
import io.trapline.uart.UartRegister.Lsr;
import io.trapline.uart.UartRegister.Mcr;
import io.trapline.uart.UartRegister.Msr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PC16550D (June 1995), §8.7 (modem control, loopback) and §8.8 (modem status). */
class UartModemTest {
    private final Pc pc = new Pc();

    @Test
    void tellsOfAPeerThatGoesAndComes() {
        pc.configured(1);
        pc.write(IER, Ier.EDSSI);
        pc.chardev.connected = false;
        pc.uart.readable();

        assertTrue(pc.line.raised());
        assertEquals(Iir.MODEM, pc.read(IIR));
        assertEquals(Msr.CTS | Msr.DSR | Msr.DDCD, pc.read(MSR));
        assertEquals(Msr.CTS | Msr.DSR, pc.read(MSR));
        assertEquals(Iir.NONE, pc.read(IIR));
        pc.chardev.connected = true;
        pc.uart.readable();
        assertEquals(Msr.CTS | Msr.DSR | Msr.DCD | Msr.DDCD, pc.read(MSR));
    }

    /** §8.7: RTS feeds CTS, DTR feeds DSR, OUT1 feeds RI, OUT2 feeds DCD. */
    @ParameterizedTest(name = "MCR = {0}: MSR = {1}")
    @CsvSource({
        "0x10, 0x00",
        "0x11, 0x20",
        "0x12, 0x10",
        "0x14, 0x40",
        "0x18, 0x80",
        "0x1F, 0xF0",
    })
    void loopsItsOutputsBack(String mcr, String msr) {
        pc.write(MCR, Integer.decode(mcr));

        assertEquals(Integer.decode(msr), pc.read(MSR) & Msr.LINES);
    }

    /** §8.8: a delta for each line that changed; for RI only its trailing edge. */
    @ParameterizedTest(name = "MCR {0} to {1}: deltas {2}")
    @CsvSource({
        "0x10, 0x11, 0x2", "0x11, 0x10, 0x2", "0x10, 0x12, 0x1", "0x10, 0x14, 0x0",
        "0x14, 0x10, 0x4", "0x10, 0x18, 0x8", "0x1F, 0x10, 0xF", "0x15, 0x15, 0x0",
    })
    void loopsDeltasBack(String before, String after, String deltas) {
        pc.write(MCR, Integer.decode(before));
        pc.read(MSR);

        pc.write(MCR, Integer.decode(after));

        assertEquals(Integer.decode(deltas), pc.read(MSR) & Msr.DELTAS);
        assertEquals(0, pc.read(MSR) & Msr.DELTAS);
    }

    @Test
    void loopsDataBackAndDisconnectsTheLine() {
        pc.write(FCR, 0x01);
        pc.write(MCR, Mcr.LOOP);
        pc.type("outside");
        pc.write(THR, 'i');
        pc.write(THR, 'n');

        assertEquals("in", pc.readAll());
        assertEquals("", pc.chardev.printed.toString());
        assertEquals(Lsr.THRE | Lsr.TEMT, pc.read(LSR));
        pc.write(MCR, 0);
        assertEquals("outside", pc.readAll());
    }
}
