package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** PCI Local Bus 3.0, sections 6.2.4 and 6.8: how a function interrupts. */
class EndpointMessagesTest extends CardOnTheBus {
    @Test
    void drivesItsPinUnlessTheGuestDisablesThat() throws Exception {
        Card card = plug(false, c -> c.pin = c.pci.pin());
        assertEquals(0x0100 | 17, config(0x3C, 2), "INTA# ends at 16 + device % 4");
        config(0x3C, 1, 11);
        assertEquals(11, config(0x3C, 1), "the guest's own note");
        card.pin.raise();
        assertEquals(List.of("raise 17"), test.vm.interrupts);
        assertEquals(1 << 3, config(STATUS, 2));
        config(COMMAND, 2, INTX_DISABLE);
        assertEquals(List.of("raise 17", "lower 17"), test.vm.interrupts);
        assertEquals(1 << 3, config(STATUS, 2), "section 6.2.3: whatever bit 10 says");
        config(COMMAND, 2, 0);
        card.pin.lower();
        assertEquals(List.of("raise 17", "lower 17", "raise 17", "lower 17"), test.vm.interrupts);
        assertEquals(0, config(STATUS, 2));
    }

    // ---- MSI-X, section 6.8.2

    @Test
    void saysWhereTheTableIs() throws Exception {
        msix(3);
        assertEquals(0x0002_0011, config(0x40, 4), "two more than one vector, disabled");
        assertEquals(1, config(0x44, 4), "table at 0 of register 1");
        assertEquals(2048 | 1, config(0x48, 4), "pending bits at half");
        config(BAR_0 + 4, 4, 0xFFFF_FFFFL);
        assertEquals(0xFFFF_F000, config(BAR_0 + 4, 4));
        config(0x42, 2, 0xFFFF);
        assertEquals(0xC002, config(0x42, 2) & 0xFFFF, "enable and function mask are writable");
    }

    @Test
    void sendsAMessageWhenEnabledAndUnmasked() throws Exception {
        Card card = msix(3);
        entry(2, 0xFEE0_1000L, 0x42, 0);
        card.vectors.signal(2);
        assertEquals(List.of(), test.vm.messages, "not enabled");
        config(0x42, 2, 0x8000);
        assertTrue(card.vectors.enabled());
        card.vectors.signal(2);
        card.vectors.signal(3);
        card.vectors.signal(-1);
        assertEquals(List.of("0xfee01000=" + 0x42), test.vm.messages);
        config(COMMAND, 2, MEMORY);
        card.vectors.signal(2);
        assertEquals(1, test.vm.messages.size(), "a message is a write: not without bus mastering");
    }

    @Test
    void writesAMessageToRamWhereTheGuestWantsItThere() throws Exception {
        Card card = msix(1);
        entry(0, 0x2000, 0x1234_5678, 0);
        config(0x42, 2, 0x8000);
        card.vectors.signal(0);
        assertEquals(List.of(), test.vm.messages);
        assertEquals(0x1234_5678, test.machine.ram().load(0x2000, 4));
    }

    @Test
    void keepsWhatIsMaskedPending() throws Exception {
        Card card = msix(66);
        config(0x42, 2, 0x8000);
        entry(65, 0xFEE0_0000L, 7, 1);
        card.vectors.signal(65);
        card.vectors.signal(65);
        assertEquals(List.of(), test.vm.messages);
        assertEquals(2, test.vm.load(TABLE + 2048 + 8, 4), "pending bit 65");
        assertEquals(2, test.vm.load(TABLE + 2048 + 8, 8));
        test.vm.store(TABLE + 2048 + 8, 4, 0);
        assertEquals(2, test.vm.load(TABLE + 2048 + 8, 4), "read-only");
        config(0x42, 2, 0xC000);
        test.vm.store(TABLE + 65 * 16 + 12, 4, 0);
        assertEquals(List.of(), test.vm.messages, "the function is masked");
        config(0x42, 2, 0x8000);
        assertEquals(List.of("0xfee00000=7"), test.vm.messages, "once");
        assertEquals(0, test.vm.load(TABLE + 2048 + 8, 4));
    }

    @Test
    void answersNarrowAndMisalignedAccessesToTheTableWithNothing() throws Exception {
        msix(2);
        entry(0, 0xFEE0_0000L, 7, 0);
        test.vm.store(TABLE, 1, 0xFF);
        test.vm.store(TABLE + 2, 4, 0xFFFF_FFFFL);
        assertEquals(0xFFFF, test.vm.load(TABLE, 2));
        assertEquals(-1, (int) test.vm.load(TABLE + 2, 4));
        assertEquals(0xFEE0_0000L, test.vm.load(TABLE, 8));
        assertEquals(0, test.vm.load(TABLE + 32, 4), "no third vector");
    }

    @Test
    void leavesThePinAloneWhileMessagesAreEnabled() throws Exception {
        Card card = msix(1);
        card.pin.raise();
        config(0x42, 2, 0x8000);
        config(0x42, 2, 0);
        assertEquals(List.of("raise 17", "lower 17", "raise 17"), test.vm.interrupts);
    }

    // ---- MSI, section 6.8.1

    @Test
    void sendsMsiWithTheVectorInTheLowBitsOfItsData() throws Exception {
        Card card = plug(false, c -> c.vectors = c.pci.msi(4));
        config(COMMAND, 2, MASTER);
        assertEquals(0x0184_0005, config(0x40, 4), "4 vectors, 64 bits, maskable");
        config(0x44, 4, 0xFEE0_2000L);
        config(0x4C, 2, 0x31);
        config(0x42, 2, 1 | 2 << 4);
        card.vectors.signal(3);
        assertEquals(List.of("0xfee02000=" + 0x33), test.vm.messages);
        config(0x50, 4, 1 << 2);
        card.vectors.signal(2);
        assertEquals(1 << 2, config(0x54, 4), "pending");
        config(0x50, 4, 0);
        assertEquals(0, config(0x54, 4));
        assertEquals("0xfee02000=" + 0x32, test.vm.messages.get(1));
        config(0x42, 2, 1);
        card.vectors.signal(3);
        assertEquals("0xfee02000=" + 0x31, test.vm.messages.get(2), "one vector stands for all");
    }
}
