package io.trapline.uart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.trapline.device.Region;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a configuration puts a UART, and what it may not say. */
class WiringTest {
    // spotless:off
    @ParameterizedTest(name = "com {0}, port {1}, irq {2}: port {3}, irq {4}")
    @CsvSource({
        // given                expected
        "0, 0,     -1,  0x3F8, 4",
        "1, 0,     -1,  0x3F8, 4",
        "2, 0,     -1,  0x2F8, 3",
        "3, 0,     -1,  0x3E8, 4",
        "4, 0,     -1,  0x2E8, 3",
        "2, 0,      5,  0x2F8, 5",
        "2, 0x2F8, -1,  0x2F8, 3",
        "0, 0x2F8, -1,  0x2F8, 3",
        "0, 0x3E8, -1,  0x3E8, 4",
        "0, 0x2E8, 11,  0x2E8, 11",
        "0, 0x240, -1,  0x240, 4",
    })
    // spotless:on
    void isAsAPcHasIt(int com, String port, int irq, String expectedPort, int expectedIrq) {
        Wiring wiring = Wiring.of(com, Integer.decode(port), 0, 1, irq);

        assertEquals(new Wiring(Integer.decode(expectedPort), 0, 1, expectedIrq), wiring);
    }

    // spotless:off
    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', value = {
        // com | port | address | stride | irq | message
        "5 | 0     | 0      | 1 | -1 | com = 5, wanted 1 to 4",
        "-1| 0     | 0      | 1 | -1 | com = -1, wanted 1 to 4",
        "2 | 0x3F8 | 0      | 1 | -1 | com = 2 is at port 0x2f8, but port = 0x3f8: wanted com, or port, or address (with stride): one of them",
        "2 | 0     | 0x1000 | 1 | -1 | address = 0x1000, but also com = 2: wanted com, or port, or address (with stride): one of them",
        "0 | 0x3F8 | 0x1000 | 1 | -1 | address = 0x1000, but also port = 0x3f8: wanted com, or port, or address (with stride): one of them",
        "0 | 0     | 0x1000 | 3 | -1 | stride = 3, wanted 1, 2 or 4",
        "0 | 0     | 0x1000 | 0 | -1 | stride = 0, wanted 1, 2 or 4",
        "0 | 0     | 0x1000 | 8 | -1 | stride = 8, wanted 1, 2 or 4",
        "0 | 0     | 0      | 4 | -1 | stride = 4, wanted address with it: ports have a stride of 1",
        "0 | 0     | 0x1002 | 4 | -1 | address = 0x1002, wanted a multiple of stride = 4",
        "0 | 0     | 0      | 1 | -2 | irq = -2, wanted an interrupt, such as 4",
    })
    // spotless:on
    void refusesWhatContradictsItself(
            int com, String port, String address, int stride, int irq, String message) {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                Wiring.of(
                                        com,
                                        Integer.decode(port),
                                        Long.decode(address),
                                        stride,
                                        irq));

        assertEquals("devices.uart: " + message, e.getMessage());
    }

    /** A register answers at its own address, and no wider than its stride. */
    @ParameterizedTest(name = "stride {0}")
    @CsvSource({"1, 1", "2, 3", "4, 7"}) // bit n: width 1 << n answers
    void answersItsWidthsAlone(int stride, int widths) {
        Pc pc = new Pc();
        Region region = new StridedRegion(pc.uart, stride);
        for (int offset = 0; offset < 8 * stride; offset++) {
            for (int log = 0; log < 4; log++) {
                boolean answers = offset % stride == 0 && (widths >> log & 1) != 0;
                pc.write(UartRegister.SCR, 0);
                region.write(offset, 1 << log, 0xFFFF_FFFF_FFFF_FF5AL);
                boolean scratch = offset / stride == 7;
                assertEquals(answers && scratch ? 0x5A : 0, pc.read(UartRegister.SCR));
                pc.uart.reset();
                pc.write(UartRegister.SCR, 0x33);
                long expected = answers ? pc.uart.read(offset / stride, 1) : Region.OPEN_BUS;
                assertEquals(expected, region.read(offset, 1 << log), offset + "/" + (1 << log));
            }
        }
    }

    @Test
    void drivesNoOtherBitsThanItsEight() {
        Pc pc = new Pc();
        Region region = new StridedRegion(pc.uart, 4);
        region.write(28, 4, 0xDEADBEA5L);

        assertEquals(0xA5, region.read(28, 4));
        assertEquals(0xA5, region.read(28, 2));
        assertEquals(0xA5, region.read(28, 1));
    }
}
