package io.trapline.rtc;

import static io.trapline.rtc.RtcRegister.A;
import static io.trapline.rtc.RtcRegister.B;
import static io.trapline.rtc.RtcRegister.C;
import static io.trapline.rtc.RtcRegister.CENTURY;
import static io.trapline.rtc.RtcRegister.CENTURY_OF_PS2;
import static io.trapline.rtc.RtcRegister.D;
import static io.trapline.rtc.RtcRegister.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.tck.Shown;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** MC146818A, "Address map" and "Registers": each bit of each byte, and the ports in front of them. */
class RtcRegisterTest {
    private final Pc pc = new Pc();

    /** All bytes can be written and read, but for C, D, bit 7 of A and of the seconds. SET, so none moves. */
    @ParameterizedTest
    @EnumSource
    void keepsEachBitThatPaperLetsBeWritten(RtcRegister register) {
        pc.write(B, RegisterB.SET);
        int unwritable = pc.read(register) & ~register.written;
        for (int bit = 1; bit <= 0x80; bit <<= 1) {
            int kept = register == B ? bit | RegisterB.SET : bit;
            pc.write(register, kept);
            int expected = kept & register.written | unwritable;
            assertEquals(register == B ? expected & ~RegisterB.UIE : expected, pc.read(register));
        }
    }

    @Test
    void hasTheValuesOfAPcAfterPowerOn() {
        assertEquals(0x26, pc.read(A));
        assertEquals(0x02, pc.read(B));
        assertEquals(0x00, pc.read(C));
        assertEquals(0x80, pc.read(D));
        assertEquals("2020-02-28 23:59:50 day 6", pc.shown());
    }

    @Test
    void keepsAllOtherBytes() {
        for (int index = 0x0E; index < 0x80; index++) {
            if (RtcRegister.at(index) == RtcRegister.RAM) {
                pc.out(index, index ^ 0xA5);
            }
        }
        for (int index = 0x0E; index < 0x80; index++) {
            if (RtcRegister.at(index) == RtcRegister.RAM) {
                assertEquals(index ^ 0xA5, pc.in(index));
            }
        }
    }

    @Test
    void showsTheCenturyWhereAPs2HasIt() {
        assertEquals(0x20, pc.in(CENTURY_OF_PS2));
        pc.out(CENTURY_OF_PS2, 0x19);
        assertEquals(0x19, pc.read(CENTURY));
        pc.write(CENTURY, 0x21);
        assertEquals(0x21, pc.in(CENTURY_OF_PS2));
    }

    /** IBM PC/AT: bit 7 of port 0x70 masks the NMI. */
    @Test
    void keepsTheNmiMaskOutOfTheIndex() {
        assertEquals(true, Shown.of(pc.rtc::inspect).get("NMI masked"), "at power-on");
        pc.out(0x0E, 0x12);
        assertEquals(false, Shown.of(pc.rtc::inspect).get("NMI masked"));
        pc.out(0x80 | 0x0E, 0x34);
        assertEquals(true, Shown.of(pc.rtc::inspect).get("NMI masked"));
        assertEquals(0x0EL, Shown.of(pc.rtc::inspect).get("index"));
        assertEquals(0x34, pc.in(0x0E));
    }

    /** PIIX3: port 0x70 is write-only. */
    @Test
    void doesNotShowTheIndex() {
        pc.out(0x0E, 0x12);
        assertEquals(0xFF, pc.rtc.read(0, 1));
    }

    @Test
    void takesAWideAccessAsBytes() {
        pc.rtc.write(0, 2, 0x5A_33);
        assertEquals(0x5A, pc.in(0x33));
        assertEquals(0x5A_FF, pc.rtc.read(0, 2));
    }

    @Test
    void isNotChangedByWritingToCAndD() {
        pc.time.advance(Pc.SECOND);
        pc.write(C, 0xFF);
        pc.write(D, 0x00);
        assertEquals(0x50, pc.read(C));
        assertEquals(0x80, pc.read(D));
    }

    /** The high-order bit of the seconds is read-only. */
    @Test
    void hasSevenBitsOfSeconds() {
        pc.write(SECONDS, 0x80 | 0x12);
        assertEquals(0x12, pc.read(SECONDS));
    }

    @Test
    void keepsTheSquareWaveBits() {
        pc.write(B, RegisterB.SQWE | RegisterB.HOURS_24);
        pc.write(A, Pc.DV_32768_HZ | 0x0D);
        assertEquals(RegisterB.SQWE | RegisterB.HOURS_24, pc.read(B));
        assertEquals(Pc.DV_32768_HZ | 0x0D, pc.read(A));
        assertFalse(pc.line.raised());
    }

    @Test
    void hasARowForEachIndex() {
        for (RtcRegister register : RtcRegister.values()) {
            assertSame(register, RtcRegister.at(register.index));
        }
        assertSame(CENTURY, RtcRegister.at(0x37));
        assertSame(RtcRegister.RAM, RtcRegister.at(0x7F));
    }
}
