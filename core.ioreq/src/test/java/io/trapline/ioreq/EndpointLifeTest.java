package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.trapline.device.PciAddress;
import io.trapline.machine.DeviceRow.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a function is after a reset, and for the successor of its device. */
class EndpointLifeTest extends CardOnTheBus {
    @Test
    void isFoundByItsSuccessorAsTheGuestHasProgrammedIt() throws Exception {
        msix(2);
        entry(1, 0xFEE0_0000L, 7, 0);
        config(0x42, 2, 0x8000);
        test.machine.unplug(first);
        Card next =
                new Card(
                        c -> {
                            c.vectors = c.pci.msix(1, 2);
                            c.pin = c.pci.pin();
                        });
        test.plug("disk", next);
        assertEquals(State.SERVING, test.device("disk").state(), test.device("disk").detail());
        assertEquals(new PciAddress(0, 1, 0), next.pci.address());
        assertEquals(MEMORY | MASTER, config(COMMAND, 2));
        next.vectors.signal(1);
        assertEquals(List.of("0xfee00000=7"), test.vm.messages);
        assertEquals(7, test.vm.load(TABLE + 16 + 8, 4));
    }

    @Test
    void isAtPowerOnAfterAReset() throws Exception {
        Card card = msix(2);
        entry(1, 0xFEE0_0000L, 7, 0);
        config(0x42, 2, 0x8000);
        card.pin.raise();
        test.machine.reset();
        assertEquals(0, config(COMMAND, 2));
        assertEquals(0, config(STATUS, 2) & 1 << 3);
        assertFalse(card.vectors.enabled());
        assertFalse(card.pci.busMaster());
        assertEquals(-1, (int) test.vm.load(TABLE, 4));
    }
}
