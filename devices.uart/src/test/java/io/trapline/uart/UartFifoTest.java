package io.trapline.uart;

import static io.trapline.uart.UartRegister.FCR;
import static io.trapline.uart.UartRegister.IER;
import static io.trapline.uart.UartRegister.IIR;
import static io.trapline.uart.UartRegister.LCR;
import static io.trapline.uart.UartRegister.LSR;
import static io.trapline.uart.UartRegister.MCR;
import static io.trapline.uart.UartRegister.RBR;
import static io.trapline.uart.UartRegister.THR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardev;
import io.trapline.tck.Shown;
import io.trapline.uart.UartRegister.Fcr;
import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Iir;
import io.trapline.uart.UartRegister.Lsr;
import io.trapline.uart.UartRegister.Mcr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PC16550D (June 1995), §8.4, §8.10 and §8.11: the FIFOs, their trigger levels and the time-out. */
class UartFifoTest {
    private final Pc pc = new Pc().configured(12);

    @ParameterizedTest(name = "FCR bits 7 and 6 = {0}: {1} bytes")
    @CsvSource({"0, 1", "1, 4", "2, 8", "3, 14"})
    void interruptAtTheTriggerLevel(int bits, int level) {
        pc.write(FCR, Fcr.ENABLE | bits << 6);
        pc.write(IER, Ier.ERBFI);

        pc.type("x".repeat(level - 1));
        assertFalse(pc.line.raised());
        pc.type("x");
        assertEquals(Iir.FIFOS | Iir.DATA, pc.read(IIR));
        pc.read(RBR);
        assertFalse(pc.line.raised());
    }

    /** §8.10: four characters of 1 + data + parity + stop bits, each 16 divisors of the 1.8432 MHz clock. */
    @ParameterizedTest(name = "LCR = {0}, divisor {1}: {2} ns")
    @CsvSource({
        "0x03,    1,    347222", // 8N1, 115200
        "0x03,   12,   4166666", // 8N1, 9600
        "0x1F,  384, 160000000", // 8E2, 300 baud: the 160 ms of the paper
        "0x04,   12,   3125000", // 5N1.5
        "0x03,    0,   4166666", // none: as the last one, here that of the reset
    })
    void timesOutAfterFourCharacters(String lcr, int divisor, long nanos) {
        pc.configured(divisor);
        pc.write(LCR, Integer.decode(lcr));
        pc.write(FCR, 0xC1);
        pc.write(IER, Ier.ERBFI);
        pc.type("a");

        pc.time.advance(nanos - 1);
        assertFalse(pc.line.raised());
        pc.time.advance(1);
        assertEquals(Iir.FIFOS | Iir.TIME_OUT, pc.read(IIR));
    }

    /** Case: divisor 0. On the way to another, or for ever, it changes no rate, and nothing throws or stops. */
    @Test
    void keepTheRateUnderADivisorOfZero() {
        pc.configured(96);
        pc.configured(0);
        assertEquals(0L, Shown.of(pc.uart::inspect).get("divisor"));
        assertEquals(1200L, Shown.of(pc.uart::inspect).get("baud"));
        pc.write(FCR, 0xC1);
        pc.write(IER, Ier.ERBFI);
        pc.type("a");

        pc.time.advance(33_333_332);
        assertFalse(pc.line.raised());
        pc.time.advance(1);
        assertTrue(pc.line.raised());
    }

    /** An overrun is a character that came, too. */
    @Test
    void timesOutFromTheLastCharacterThatWasLost() {
        pc.write(FCR, 0xC1);
        pc.write(IER, Ier.ERBFI);
        pc.write(MCR, Mcr.LOOP | Mcr.OUT2);
        for (int i = 0; i < 16; i++) {
            pc.write(THR, 'a');
        }
        pc.time.advance(4_000_000);
        pc.write(THR, 'x');
        pc.time.advance(4_166_665);
        assertEquals(Iir.FIFOS | Iir.DATA, pc.read(IIR));
        pc.time.advance(1);

        assertEquals(Iir.FIFOS | Iir.TIME_OUT, pc.read(IIR));
    }

    /** A rate that changes while it waits counts from the next character. */
    @Test
    void keepTheTimeOutThatIsRunningWhenTheRateChanges() {
        pc.write(FCR, 0xC1);
        pc.write(IER, Ier.ERBFI);
        pc.type("a");
        pc.configured(1);

        pc.time.advance(4_166_665);
        assertFalse(pc.line.raised());
        pc.time.advance(1);
        assertTrue(pc.line.raised());
        pc.type("b");
        pc.read(RBR);
        pc.time.advance(347_222);
        assertTrue(pc.line.raised());
    }

    @Test
    void timesOutFromTheLastCharacterThatCame() {
        pc.write(FCR, 0xC1);
        pc.write(IER, Ier.ERBFI);
        for (int i = 0; i < 5; i++) {
            pc.type("a");
            pc.time.advance(4_000_000);
            assertFalse(pc.line.raised());
        }

        pc.time.advance(166_666);

        assertTrue(pc.line.raised());
    }

    @Test
    void clearsTheTimeOutByReadingACharacterAndStartsAnother() {
        pc.write(FCR, 0xC1);
        pc.write(IER, Ier.ERBFI);
        pc.type("ab");
        pc.time.advance(5_000_000);
        assertTrue(pc.line.raised());

        assertEquals('a', pc.read(RBR));

        assertFalse(pc.line.raised());
        pc.time.advance(5_000_000);
        assertTrue(pc.line.raised());
        assertEquals('b', pc.read(RBR));
        pc.time.advance(50_000_000);
        assertFalse(pc.line.raised());
    }

    /** Case: a FIFO reset by FCR while a time-out is pending. */
    @Test
    void forgetsTheTimeOutWhenTheReceiverIsReset() {
        pc.write(FCR, 0xC1);
        pc.write(IER, Ier.ERBFI);
        pc.type("ab");
        pc.time.advance(5_000_000);
        assertTrue(pc.line.raised());

        pc.write(FCR, 0xC1 | Fcr.RCVR_RESET);

        assertFalse(pc.line.raised());
        assertEquals(0, pc.read(LSR) & Lsr.DR);
        pc.time.advance(50_000_000);
        assertFalse(pc.line.raised());
    }

    @Test
    void areEmptiedBySwitchingThem() {
        pc.write(FCR, 0x01);
        pc.type("abc");
        assertEquals(Iir.FIFOS | Iir.NONE, pc.read(IIR));

        pc.write(FCR, 0x00);

        assertEquals(Iir.NONE, pc.read(IIR));
        assertEquals("", pc.readAll());
    }

    @Test
    void takeOtherBitsOnlyWithBit0() {
        pc.write(FCR, 0x81);
        pc.type("abc");

        pc.write(FCR, 0x81 | Fcr.XMIT_RESET);
        assertEquals("abc", pc.readAll());
        assertEquals(0x81L, Shown.of(pc.uart::inspect).get("FCR"));
    }

    /** Case: FreeBSD stuck after 16 bytes; nothing is lost and nothing overruns. */
    @Test
    void leaveTheRestWithTheSource() {
        pc.write(FCR, 0xC1);
        String text = "0123456789".repeat(100);
        pc.type(text);
        assertEquals(1000 - 16, pc.chardev.typed.size());

        assertEquals(text, pc.readAll());
        assertEquals(0, pc.read(LSR) & Lsr.OE);
    }

    @Test
    void leaveTheRestWithTheSourceInCharacterMode() {
        pc.type("hello");
        assertEquals(4, pc.chardev.typed.size());

        assertEquals("hello", pc.readAll());
    }

    @Test
    void carryABreakWithItsCharacter() {
        pc.write(FCR, 0xC1);
        pc.type("a");
        pc.arrive(Chardev.BREAK);
        pc.type("b");

        assertEquals(Lsr.ERROR_IN_FIFO | Lsr.DR, pc.read(LSR) & 0x9F);
        assertEquals('a', pc.read(RBR));
        assertEquals(Lsr.ERROR_IN_FIFO | Lsr.BI | Lsr.DR, pc.read(LSR) & 0x9F);
        assertEquals(Lsr.DR, pc.read(LSR) & 0x9F);
        assertEquals(0, pc.read(RBR));
        assertEquals('b', pc.read(RBR));
    }

    @Test
    void overrunLosesTheNewcomer() {
        pc.write(FCR, 0xC1);
        pc.write(MCR, Mcr.LOOP);
        for (int i = 0; i < 18; i++) {
            pc.write(THR, 'a' + i);
        }

        assertEquals(Lsr.OE | Lsr.DR, pc.read(LSR) & 0x1F);
        assertEquals(Lsr.DR, pc.read(LSR) & 0x1F);
        assertEquals("abcdefghijklmnop", pc.readAll());
    }

    /** RBR is a register: it keeps what was read, and what a reset of the FIFOs throws away. */
    @Test
    void leaveRbrAloneInCharacterMode() {
        pc.type("a");
        assertEquals('a', pc.read(RBR));
        assertEquals('a', pc.read(RBR));
        pc.write(FCR, Fcr.ENABLE);
        assertEquals(0, pc.read(RBR));
        pc.write(FCR, 0);

        assertEquals('a', pc.read(RBR));
        assertEquals(0, pc.read(LSR) & Lsr.DR);
    }

    @Test
    void overrunReplacesTheCharacterInCharacterMode() {
        pc.write(MCR, Mcr.LOOP);
        pc.write(THR, 'a');
        pc.write(THR, 'b');

        assertEquals(Lsr.OE | Lsr.DR, pc.read(LSR) & 0x1F);
        assertEquals('b', pc.read(RBR));
    }
}
