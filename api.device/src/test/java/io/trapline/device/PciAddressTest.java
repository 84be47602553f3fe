package io.trapline.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PCI Local Bus 3.0, section 3.2.2.3.2: bus, device and function in CONFIG_ADDRESS. */
class PciAddressTest {
    @Test
    void isFoundByItsRoutingId() {
        PciAddress address = new PciAddress(3, 31, 5);
        assertEquals(address, PciAddress.of(address.routingId()));
        assertThrows(IllegalArgumentException.class, () -> PciAddress.of(0x1_0000));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4, 0, 0x0020, 00:04.0",
        "255, 31, 7, 0xFFFF, ff:1f.7",
        "1, 2, 3, 0x0113, 01:02.3"
    })
    void hasARoutingIdAndLspcisName(
            int bus, int device, int function, String routingId, String text) {
        PciAddress address = new PciAddress(bus, device, function);

        assertEquals(Integer.decode(routingId), address.routingId());
        assertEquals(text, address.toString());
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> new PciAddress(256, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new PciAddress(0, 32, 0));
        assertThrows(IllegalArgumentException.class, () -> new PciAddress(0, 0, 8));
        assertThrows(IllegalArgumentException.class, () -> new PciAddress(-1, 0, 0));
    }
}
