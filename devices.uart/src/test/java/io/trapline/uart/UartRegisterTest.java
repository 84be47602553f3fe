package io.trapline.uart;

import static io.trapline.uart.UartRegister.FCR;
import static io.trapline.uart.UartRegister.IER;
import static io.trapline.uart.UartRegister.LCR;
import static io.trapline.uart.UartRegister.LSR;
import static io.trapline.uart.UartRegister.MCR;
import static io.trapline.uart.UartRegister.MSR;
import static io.trapline.uart.UartRegister.SCR;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.chardev.Chardev;
import io.trapline.tck.Shown;
import io.trapline.uart.UartRegister.Lcr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PC16550D (June 1995), table I (reset), table II (summary of registers). */
class UartRegisterTest {
    private final Pc pc = new Pc();

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "RBR, 0",
        "IER, 0",
        "IIR, 1",
        "LCR, 0",
        "MCR, 0",
        "LSR, 0x60",
        "MSR, 0xB0",
        "SCR, 0",
    })
    void hasItsResetValueOfTableI(UartRegister register, String value) {
        assertEquals(Integer.decode(value), pc.read(register));
    }

    @ParameterizedTest(name = "{0} keeps {1}")
    @CsvSource({"IER, 0x0F", "LCR, 0x7F", "MCR, 0x1F", "SCR, 0xFF"})
    void keepsTheBitsOfTableII(UartRegister register, String mask) {
        pc.write(register, 0xFF & ~Lcr.DLAB | (register == SCR ? Lcr.DLAB : 0));

        assertEquals(Integer.decode(mask), pc.read(register));
    }

    @Test
    void showsTheDivisorBehindDlab() {
        pc.write(IER, 5);
        pc.write(LCR, Lcr.DLAB);
        assertEquals(0x0C, pc.uart.read(0, 1));
        pc.uart.write(0, 1, 0x34);
        pc.uart.write(1, 1, 0x12);
        assertEquals(0x1234, pc.uart.read(0, 2));
        pc.write(LCR, 0);

        assertEquals(5, pc.read(IER));
        assertEquals(0x1234L, Shown.of(pc.uart::inspect).get("divisor"));
        assertEquals("", pc.chardev.printed.toString());
    }

    @Test
    void ignoresWritesToWhatIsReadOnly() {
        pc.write(LSR, 0xFF);
        pc.write(MSR, 0xFF);

        assertEquals(0x60, pc.read(LSR));
        assertEquals(0xB0, pc.read(MSR));
    }

    /** ISA: the bus controller makes bytes of a wide access to an 8-bit card, the lowest first. */
    @Test
    void takesAWideAccessAsBytes() {
        pc.uart.write(3, 4, 0x00_00_0B_03);
        assertEquals(0x03, pc.read(LCR));
        assertEquals(0x0B, pc.read(MCR));
        pc.uart.write(6, 2, 0x5A00);

        assertEquals(0x5A_B0_60_0B_03L, pc.uart.read(3, 4) | pc.uart.read(7, 1) << 32);
        pc.uart.write(0, 1, 'A');
        assertEquals("A", pc.chardev.printed.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void neverThrows(int width) {
        for (int dlab = 0; dlab <= Lcr.DLAB; dlab += Lcr.DLAB) {
            for (int offset = 0; offset <= 8 - width; offset++) {
                for (int value = 0; value < 256; value++) {
                    pc.write(LCR, dlab);
                    pc.uart.write(offset, width, 0x0101010101010101L * value);
                    pc.uart.read(offset, width);
                    pc.type("x");
                    pc.time.advance(1_000_000_000);
                }
            }
        }
    }

    @Test
    void isAsTheDatasheetSaysAfterReset() {
        pc.configured(1);
        pc.write(FCR, 0xC1);
        pc.write(IER, 0x0F);
        pc.write(SCR, 0x5A);
        pc.type("abc");
        assertEquals(true, pc.line.raised());

        pc.uart.reset();

        assertEquals(false, pc.line.raised());
        assertEquals(Shown.of(new Pc().uart::inspect), Shown.of(pc.uart::inspect));
    }

    @Test
    void isSeenWithoutEffects() {
        pc.configured(1);
        pc.write(FCR, 0xC1);
        pc.write(IER, 0x0F);
        pc.arrive(Chardev.BREAK);
        pc.type("abc");

        assertEquals(Shown.of(pc.uart::inspect), Shown.of(pc.uart::inspect));
        assertEquals(0x06L | 0xC0, Shown.of(pc.uart::inspect).get("IIR"));
        assertEquals(4L, Shown.of(pc.uart::inspect).get("receiver FIFO"));
        assertEquals(115_200L, Shown.of(pc.uart::inspect).get("baud"));
        assertEquals(0x91, pc.read(LSR) & 0x9F);
    }
}
