package io.trapline.uart;

import static io.trapline.uart.UartRegister.DLL;
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

import io.trapline.uart.UartRegister.Fcr;
import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Iir;
import io.trapline.uart.UartRegister.Lcr;
import io.trapline.uart.UartRegister.Lsr;
import io.trapline.uart.UartRegister.Mcr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PC16550D (June 1995), §8.1 to §8.3, §8.10: characters that take their time. */
class UartTimedTest {
    private static final int EMPTY = Lsr.THRE | Lsr.TEMT;
    private static final int BIT = 104_166; // nanoseconds, at 9600 baud; so many and two thirds
    private static final int CHARACTER = 1_041_666;

    private final Pc pc = new Pc(true).configured(12);

    private String printed() {
        return pc.chardev.printed.toString();
    }

    private int transmitter() {
        return pc.read(LSR) & EMPTY;
    }

    // ---- §8.1, §8.2: the time of a character

    @ParameterizedTest(name = "LCR = {0}, divisor {1}: {2} ns")
    @CsvSource({
        "0x00,    12,    729166", // 5N1: 7 bits
        "0x01,    12,    833333", // 6N1
        "0x02,    12,    937500", // 7N1
        "0x03,    12,   1041666", // 8N1
        "0x04,    12,    781250", // 5N1.5: 7.5 bits
        "0x05,    12,    937500", // 6N2
        "0x06,    12,   1041666", // 7N2
        "0x07,    12,   1145833", // 8N2
        "0x0B,    12,   1145833", // 8O1
        "0x1B,    12,   1145833", // 8E1
        "0x2B,    12,   1145833", // stick parity takes a bit, too
        "0x13,    12,   1041666", // EPS without PEN: none
        "0x23,    12,   1041666", // stick without PEN: none
        "0x1F,    12,   1250000", // 8E2
        "0x03,     1,     86805", // 115200
        "0x03,     2,    173611", // 57600
        "0x03,   384,  33333333", // 300
        "0x03,  1047,  90885416", // 110, as near as table III gets
        "0x03, 65535, 5688802083",
        "0x03,     0,   1041666", // none: as the last one, which the reset left
    })
    void takesTheTimeOfItsBits(String lcr, int divisor, long nanos) {
        Pc other = new Pc(true).configured(divisor);
        other.write(LCR, Integer.decode(lcr));
        other.write(THR, 'a');

        other.time.advance(nanos - 1);
        assertEquals(0, other.read(LSR) & Lsr.TEMT);
        assertEquals("", other.chardev.printed.toString());
        other.time.advance(1);
        assertEquals(EMPTY, other.read(LSR));
        assertEquals("a", other.chardev.printed.toString());
    }

    /** Each starts where the one before ended, whenever the timer comes. */
    @Test
    void sendsAtItsRateWithoutGaps() {
        pc.write(FCR, Fcr.ENABLE);
        for (int i = 0; i < 16; i++) {
            pc.write(THR, 'a' + i);
        }

        for (int sent = 1; sent <= 16; sent++) {
            pc.time.advance(CHARACTER - 1);
            assertEquals(sent - 1, printed().length());
            pc.time.advance(1);
            assertEquals(sent, printed().length());
        }
        assertEquals("abcdefghijklmnop", printed());
    }

    /** A host that was busy: what is overdue goes at once, and what follows keeps its moment. */
    @Test
    void catchesUpWhenTheTimerComesLate() {
        pc.write(FCR, Fcr.ENABLE);
        for (int i = 0; i < 5; i++) {
            pc.write(THR, 'a' + i);
        }
        pc.time.jump(2 * CHARACTER + CHARACTER / 2);

        pc.time.advance(0);
        assertEquals("ab", printed());
        pc.time.advance(CHARACTER - CHARACTER / 2 - 1);
        assertEquals("ab", printed());
        pc.time.advance(1);
        assertEquals("abc", printed());
    }

    /** A guest that polls depends on no thread of the host. */
    @Test
    void isOnTimeForAGuestThatPolls() {
        pc.write(IER, Ier.ETBEI);
        pc.write(THR, 'a');
        pc.write(THR, 'b');
        pc.time.jump(CHARACTER - 1);
        assertEquals(0, transmitter());
        pc.time.jump(1);
        assertEquals(Lsr.THRE, transmitter());
        assertTrue(pc.line.raised());
        pc.time.jump(CHARACTER);
        assertEquals(EMPTY, transmitter());

        assertEquals("ab", printed());
        assertEquals(0, pc.time.expired());
    }

    /** §8.2. A character that is on its way keeps its rate; the next has the new one. */
    @Test
    void keepsTheRateThatItBeganWith() {
        pc.write(FCR, Fcr.ENABLE);
        pc.write(THR, 'a');
        pc.write(THR, 'b');
        pc.time.advance(CHARACTER / 2);
        pc.write(LCR, Pc.EIGHT_BITS | Lcr.DLAB);
        pc.write(DLL, 6);
        pc.write(LCR, Pc.EIGHT_BITS);

        pc.time.advance(CHARACTER / 2 - 1);
        assertEquals("", printed());
        pc.time.advance(1);
        assertEquals("a", printed());
        pc.time.advance(CHARACTER / 2 - 1);
        assertEquals("a", printed());
        pc.time.advance(1);
        assertEquals("ab", printed());
    }

    // ---- §8.3, bits 5 and 6

    /** THR feeds the shift register: two fit, and THRE tells of the first, TEMT of both. */
    @Test
    void setsThreWhenThrIsFreeAndTemtWhenAllIsSent() {
        pc.write(THR, 'a');
        assertEquals(Lsr.THRE, transmitter());
        pc.write(THR, 'b');
        assertEquals(0, transmitter());

        pc.time.advance(CHARACTER);
        assertEquals(Lsr.THRE, transmitter());
        pc.time.advance(CHARACTER);
        assertEquals(EMPTY, transmitter());
        assertEquals("ab", printed());
    }

    @Test
    void interruptsOnceForEachCharacterWithoutFifos() {
        pc.write(IER, Ier.ETBEI);
        pc.read(IIR);
        pc.write(THR, 'a');
        assertEquals(Iir.THR_EMPTY, pc.read(IIR));
        pc.write(THR, 'b');
        assertFalse(pc.line.raised());

        pc.time.advance(CHARACTER - 1);
        assertFalse(pc.line.raised());
        pc.time.advance(1);
        assertEquals(Iir.THR_EMPTY, pc.read(IIR));
        pc.time.advance(10 * CHARACTER);
        assertFalse(pc.line.raised());
    }

    @Test
    void losesWhatThrHadWhenItIsWrittenTooEarly() {
        pc.write(THR, 'a');
        pc.write(THR, 'b');
        pc.write(THR, 'c');

        pc.time.advance(2 * CHARACTER);

        assertEquals("ac", printed());
        assertEquals(EMPTY, transmitter());
    }

    // ---- §8.10: THRE in FIFO mode

    /** One character alone: the indication is late by a character's time less its last stop bit. */
    @Test
    void delaysThreWhereTheFifoHadFewerThanTwo() {
        pc.write(FCR, Fcr.ENABLE);
        pc.write(IER, Ier.ETBEI);
        pc.read(IIR);
        pc.write(THR, 'a');
        assertEquals(0, transmitter());

        pc.time.advance(CHARACTER - BIT - 1);
        assertEquals(0, transmitter());
        assertFalse(pc.line.raised());
        pc.time.advance(1);
        assertEquals(Lsr.THRE, transmitter());
        assertEquals(Iir.FIFOS | Iir.THR_EMPTY, pc.read(IIR));
        pc.time.advance(BIT);
        assertEquals(EMPTY, transmitter());
        assertEquals("a", printed());
    }

    @Test
    void doesNotDelayThreWhereTheFifoHadTwo() {
        pc.write(FCR, Fcr.ENABLE);
        pc.write(IER, Ier.ETBEI);
        pc.read(IIR);
        pc.write(THR, 'a');
        pc.write(THR, 'b');
        pc.write(THR, 'c'); // b and c are in the FIFO together

        pc.time.advance(CHARACTER);
        assertEquals(0, transmitter());
        pc.time.advance(CHARACTER);
        assertEquals(Lsr.THRE, transmitter());
        assertTrue(pc.line.raised());
        assertEquals("ab", printed());
    }

    /** "Since the last THRE": what was in the FIFO before does not count. */
    @Test
    void delaysThreAgainAfterABurst() {
        pc.write(FCR, Fcr.ENABLE);
        for (int i = 0; i < 5; i++) {
            pc.write(THR, 'a' + i);
        }
        pc.time.advance(5 * CHARACTER);
        assertEquals(EMPTY, transmitter());

        pc.write(THR, 'x');
        assertEquals(0, transmitter());
        pc.time.advance(CHARACTER - BIT);
        assertEquals(Lsr.THRE, transmitter());
    }

    /** A character that comes while THRE is delayed takes its place. */
    @Test
    void forgetsADelayedThreWhenAnotherCharacterComes() {
        pc.write(FCR, Fcr.ENABLE);
        pc.write(THR, 'a');
        pc.time.advance(CHARACTER / 2);
        pc.write(THR, 'b');

        pc.time.advance(CHARACTER / 2);
        assertEquals("a", printed());
        assertEquals(0, transmitter());
        pc.time.advance(CHARACTER - BIT - 1);
        assertEquals(0, transmitter());
        pc.time.advance(1);
        assertEquals(Lsr.THRE, transmitter());
    }

    /** "The transmitter interrupt after changing FCR0 will be immediate", a delay or not. */
    @Test
    void interruptsAtOnceWhenTheFifosAreSwitched() {
        pc.write(FCR, Fcr.ENABLE);
        pc.write(IER, Ier.ETBEI);
        pc.read(IIR);
        pc.write(THR, 'a');
        assertFalse(pc.line.raised());

        pc.write(FCR, 0);

        assertEquals(Iir.THR_EMPTY, pc.read(IIR));
        assertEquals(Lsr.THRE, transmitter());
        pc.time.advance(CHARACTER);
        assertEquals("a", printed());
        assertEquals(EMPTY, transmitter());
        assertFalse(pc.line.raised());
    }

    /** §8.4, bit 2: the FIFO is cleared, the shift register is not. */
    @Test
    void finishesItsCharacterAfterTheFifoIsReset() {
        pc.write(FCR, Fcr.ENABLE);
        pc.write(THR, 'a');
        pc.write(THR, 'b');
        pc.write(FCR, Fcr.ENABLE | Fcr.XMIT_RESET);

        assertEquals(Lsr.THRE, transmitter());
        pc.time.advance(3 * CHARACTER);
        assertEquals("a", printed());
        assertEquals(EMPTY, transmitter());
    }

    // ---- §8.7: loopback

    @Test
    void takesACharactersTimeInLoopback() {
        pc.write(MCR, Mcr.LOOP);
        pc.write(THR, 'a');
        pc.time.advance(CHARACTER - 1);
        assertEquals(0, pc.read(LSR) & Lsr.DR);
        pc.time.advance(1);

        assertEquals(Lsr.DR, pc.read(LSR) & Lsr.DR);
        assertEquals('a', pc.read(RBR));
        assertEquals("", printed());
    }

    /** §8.3, bit 1: the second character arrives before the first is read. */
    @Test
    void overrunsInLoopback() {
        pc.write(MCR, Mcr.LOOP);
        pc.write(THR, 'a');
        pc.write(THR, 'b');
        pc.time.advance(2 * CHARACTER - 1);
        assertEquals(0, pc.read(LSR) & Lsr.OE);
        pc.time.advance(1);

        assertEquals(Lsr.OE | Lsr.DR, pc.read(LSR) & (Lsr.OE | Lsr.DR));
        assertEquals('b', pc.read(RBR));
    }

    /** §8.3, bit 1: with FIFOs only once they are full, at once, and the newcomer is lost. */
    @Test
    void overrunsTheFifoInLoopback() {
        pc.write(FCR, Fcr.ENABLE);
        pc.write(MCR, Mcr.LOOP);
        for (int i = 0; i < 17; i++) { // one in the shift register, 16 behind it
            pc.write(THR, 'a' + i);
        }
        pc.time.advance(16 * CHARACTER + 16);
        assertEquals(0, pc.read(LSR) & Lsr.OE);
        pc.time.advance(CHARACTER);

        assertEquals(Lsr.OE, pc.read(LSR) & Lsr.OE);
        assertEquals("abcdefghijklmnop", pc.readAll());
    }

    /** §8.10: the time-out of a fast character passes while a slow one is on its way; so it does on a late host. */
    @ParameterizedTest(name = "the host is late: {0}, swapped meanwhile: {1}")
    @CsvSource({"false, false", "true, false", "true, true"})
    void timesOutBeforeASlowCharacterInLoopback(boolean late, boolean swapped) {
        Pc other = new Pc(true).configured(1);
        other.write(FCR, Fcr.ENABLE | 0x40); // at four characters
        other.write(MCR, Mcr.LOOP);
        other.write(IER, Ier.ERBFI);
        other.write(THR, 'a');
        other.time.advance(CHARACTER / 12);
        other.configured(12).write(MCR, Mcr.LOOP);
        other.write(THR, 'b');

        if (late) {
            other.time.jump(CHARACTER);
        } else {
            other.time.advance(CHARACTER);
        }
        if (swapped) {
            other.uart.restore(other.uart.save());
        }

        assertEquals(Iir.TIME_OUT, other.read(IIR) & 0x0F);
        assertEquals("ab", other.readAll());
        assertEquals(Iir.NONE, other.read(IIR) & 0x0F);
    }

    /** The mode at its last bit decides where a character arrives. */
    @Test
    void sendsACharacterToWhereTheLineLeadsWhenItEnds() {
        pc.write(THR, 'a');
        pc.time.advance(CHARACTER / 2);
        pc.write(MCR, Mcr.LOOP);
        pc.time.advance(CHARACTER);

        assertEquals('a', pc.read(RBR));
        assertEquals("", printed());
    }

    // ---- §8.1, bit 6: break

    /** The transmitter goes on as a timer of the break; the other end sees none of it. */
    @Test
    void swallowsWhatItSendsDuringABreak() {
        pc.write(LCR, Pc.EIGHT_BITS | Lcr.BREAK);
        pc.write(THR, 'a');
        pc.time.advance(CHARACTER - 1);
        assertEquals(Lsr.THRE, transmitter());
        pc.time.advance(1);
        assertEquals(EMPTY, transmitter());
        pc.write(LCR, Pc.EIGHT_BITS);
        pc.write(THR, 'b');
        pc.time.advance(CHARACTER);

        assertEquals("b", printed());
    }

    @Test
    void garblesACharacterThatIsOnItsWay() {
        pc.write(THR, 'a');
        pc.time.advance(CHARACTER / 2);
        pc.write(LCR, Pc.EIGHT_BITS | Lcr.BREAK);
        pc.write(LCR, Pc.EIGHT_BITS);
        pc.time.advance(CHARACTER);

        assertEquals("", printed());
        assertEquals(EMPTY, transmitter());
    }

    /** §8.7: in loopback SOUT marks; LCR 6 has nothing to hold, and the transmitter's output is looped back. */
    @Test
    void loopsBackWhateverTheBreakBit() {
        pc.write(MCR, Mcr.LOOP);
        pc.write(LCR, Pc.EIGHT_BITS | Lcr.BREAK);
        pc.write(THR, 'a');
        pc.time.advance(CHARACTER);

        assertEquals('a', pc.read(RBR));
    }

    // ---- What holds it up

    @Test
    void waitsForRoomAtTheEndOfACharacter() {
        pc.write(FCR, Fcr.ENABLE);
        pc.chardev.room = 0;
        pc.write(THR, 'a');
        pc.write(THR, 'b');
        pc.time.advance(100L * CHARACTER);
        assertEquals(0, transmitter());

        pc.chardev.room = 9;
        pc.uart.writable();
        assertEquals("a", printed());
        pc.time.advance(CHARACTER - 1);
        assertEquals("a", printed());
        pc.time.advance(1);
        assertEquals("ab", printed());
        assertEquals(EMPTY, transmitter());
    }

    @Test
    void needsNoTimerWhileItIsIdleOrHeldUp() {
        pc.chardev.room = 0;
        pc.write(THR, 'a');
        pc.time.advance(CHARACTER);

        assertEquals("", printed());
        assertEquals(Lsr.THRE, transmitter());
        pc.uart.reset();
        assertEquals(EMPTY, transmitter());
        pc.time.advance(10 * CHARACTER);
        assertEquals("", printed());
    }
}
