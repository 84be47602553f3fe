package io.trapline.uart;

import static io.trapline.uart.UartRegister.DLL;
import static io.trapline.uart.UartRegister.DLM;
import static io.trapline.uart.UartRegister.IER;
import static io.trapline.uart.UartRegister.LCR;
import static io.trapline.uart.UartRegister.MCR;
import static io.trapline.uart.UartRegister.SCR;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.uart.UartRegister.Lcr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** PC16550D (June 1995), tables I and II: every bit of every register, in both banks. */
class UartBitTest {
    private final Pc pc = new Pc();

    // spotless:off
    /** Table II: what each bit is. R reads as reset and ignores writes, W is kept, 0 and 1 are fixed. */
    @ParameterizedTest(name = "DLAB = {0}, offset {1}: {2}")
    @CsvSource({
        // DLAB, offset, bits 7 to 0, after reset
        "0, 1, 0000WWWW, 00000000", // IER, §8.6: bits 4 to 7 always 0
        "0, 2, RRRRRRRR, 00000001", // IIR, §8.5 (a write reaches FCR)
        "0, 3, xWWWWWWW, 00000000", // LCR, §8.1 (bit 7: see below)
        "0, 4, 000WWWWW, 00000000", // MCR, §8.7: bits 5 to 7 always 0
        "0, 5, RRRRRRRR, 01100000", // LSR, §8.3
        "0, 6, RRRRRRRR, 10110000", // MSR, §8.8: the lines as they are
        "0, 7, WWWWWWWW, 00000000", // SCR, §8.9
        "1, 0, WWWWWWWW, 00001100", // DLL, §8.2
        "1, 1, WWWWWWWW, 00000000", // DLM, §8.2
        "1, 2, RRRRRRRR, 00000001", // the others are the same in both banks
        "1, 4, 000WWWWW, 00000000",
        "1, 5, RRRRRRRR, 01100000",
        "1, 6, RRRRRRRR, 10110000",
        "1, 7, WWWWWWWW, 00000000",
    })
    // spotless:on
    void isAsTableIISays(int dlab, int offset, String bits, String reset) {
        pc.write(LCR, dlab << 7);
        assertEquals(Integer.parseInt(reset, 2), pc.uart.read(offset, 1));
        for (int bit = 0; bit < 8; bit++) {
            char kind = bits.charAt(7 - bit);
            for (int value : new int[] {1 << bit, ~(1 << bit) & 0xFF}) {
                if (kind != 'x' && !(offset == 2 && kind == 'R')) {
                    pc.uart.write(offset, 1, offset == LCR.offset ? value & 0x7F : value);
                    int expected =
                            kind == 'W'
                                    ? value >> bit & 1
                                    : kind == 'R' ? reset.charAt(7 - bit) - '0' : 0;
                    assertEquals(
                            expected,
                            pc.uart.read(offset, 1) >> bit & 1,
                            "bit " + bit + ", written " + value);
                }
            }
        }
    }

    /** §8.1, bit 7: DLAB itself is kept, and moves nothing but offsets 0 and 1. */
    @Test
    void keepsDlab() {
        for (int value = 0; value < 256; value++) {
            pc.write(LCR, value);

            assertEquals(value, pc.read(LCR));
        }
    }

    /** Table II: the two banks share no bit. */
    @Test
    void keepsItsBanksApart() {
        for (int value = 0; value < 256; value++) {
            pc.write(IER, 0x05);
            pc.write(LCR, Lcr.DLAB);
            pc.write(DLL, value);
            pc.write(DLM, ~value & 0xFF);
            assertEquals(value, pc.read(DLL));
            assertEquals(~value & 0xFF, pc.read(DLM));
            pc.write(LCR, 0);

            assertEquals(0x05, pc.read(IER));
            assertEquals("", pc.chardev.printed.toString());
        }
    }

    /** Case: the scratch register; §8.9: it holds any byte and controls nothing. */
    @Test
    void scratchesAnyByte() {
        for (int value = 0; value < 256; value++) {
            pc.write(SCR, value);

            assertEquals(value, pc.read(SCR));
            assertEquals(0x60, pc.read(UartRegister.LSR));
            assertEquals(0x01, pc.read(UartRegister.IIR));
        }
    }

    /** Table II: what cannot be read or written is another register at the same offset, or nothing. */
    @ParameterizedTest
    @EnumSource(UartRegister.class)
    void answersAsItsRowSays(UartRegister register) {
        boolean dlab = register == DLL || register == DLM;
        UartRegister read = UartRegister.onRead(register.offset, dlab ? Lcr.DLAB : 0);
        UartRegister written = UartRegister.onWrite(register.offset, dlab ? Lcr.DLAB : 0);
        switch (register) {
            case RBR, THR -> {
                assertEquals(UartRegister.RBR, read);
                assertEquals(UartRegister.THR, written);
            }
            case IIR, FCR -> {
                assertEquals(UartRegister.IIR, read);
                assertEquals(UartRegister.FCR, written);
            }
            case LSR, MSR -> {
                assertEquals(register, read);
                assertEquals(null, written);
            }
            default -> {
                assertEquals(register, read);
                assertEquals(register, written);
            }
        }
    }

    /** §8.7: MCR's bits 5 to 7 are permanently 0, and so are IER's 4 to 7. */
    @Test
    void readsReservedBitsAsZero() {
        for (int value = 0; value < 256; value++) {
            pc.write(IER, value);
            pc.write(MCR, value);

            assertEquals(value & 0x0F, pc.read(IER));
            assertEquals(value & 0x1F, pc.read(MCR));
        }
    }
}
