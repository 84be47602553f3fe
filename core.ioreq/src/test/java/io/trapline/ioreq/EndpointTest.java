package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.PciAddress;
import io.trapline.device.PciBar;
import io.trapline.device.PciIdentity;
import io.trapline.device.Region;
import io.trapline.machine.DeviceRow.State;
import io.trapline.machine.InspectedNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PCI Local Bus 3.0, chapter 6: what the machine keeps of a function. */
class EndpointTest extends CardOnTheBus {
    @Test
    void showsItsIdentityAsInFigure61() throws Exception {
        plug(false, card -> {});
        assertEquals(0x1042_1AF4, config(0x00, 4));
        assertEquals(0x0100_0001, config(0x08, 4));
        assertEquals(0x1100_1AF4, config(0x2C, 4));
        assertEquals(0, config(0x0C, 4), "header type 0, one function");
        assertEquals(0, config(0x34, 1), "no capabilities");
        assertEquals(0, config(STATUS, 2));
        config(0x00, 4, 0);
        assertEquals(0x1042_1AF4, config(0x00, 4), "read-only");
    }

    @Test
    void comesWithAHostBridge() throws Exception {
        plug(false, card -> {});
        assertEquals(0x1237_8086, configOf(0, 0x00, 4));
        assertEquals(0x0600_0002, configOf(0, 0x08, 4));
        assertEquals(-1, configOf(2, 0x00, 4), "nobody there");
    }

    @Test
    void takesTheNextPlaceThatIsFreeAndRefusesOneThatIsTaken() throws Exception {
        plug(false, card -> {});
        Card second = new Card(card -> {});
        test.plug("second", second);
        assertEquals(new PciAddress(0, 2, 0), second.pci.address());
        test.plug("third", new TestDevice(b -> b.endpoint(DISK, new PciAddress(0, 1, 0))));
        assertEquals(State.REFUSED, test.device("third").state());
        assertTrue(test.device("third").detail().contains("disk"), test.device("third").detail());
    }

    @ParameterizedTest(name = "{0} of {1} bytes reads {2} {3} when ones are written")
    @CsvSource({
        "IO, 64, 0xffffffc1, 0",
        "MEMORY_32, 4096, 0xfffff000, 0",
        "MEMORY_64, 16384, 0xffffc004, 0xffffffff",
        "MEMORY_64_PREFETCHABLE, 0x100000000, 0x0000000c, 0xffffffff"
    })
    void tellsItsLengthAsInSection6251(PciBar kind, String length, String low, String high)
            throws Exception {
        plug(false, card -> card.pci.bar(0, kind, Long.decode(length), card));
        config(BAR_0, 4, 0xFFFF_FFFFL);
        config(BAR_0 + 4, 4, 0xFFFF_FFFFL);
        assertEquals(Long.decode(low).intValue(), config(BAR_0, 4));
        assertEquals(Long.decode(high).intValue(), config(BAR_0 + 4, 4));
    }

    @Test
    void decodesWhereTheGuestPutsItWhileThatIsEnabled() throws Exception {
        plug(false, card -> card.pci.bar(0, PciBar.MEMORY_32, 4096, card));
        config(BAR_0, 4, 0xE000_1000L);
        assertEquals(-1, (int) test.vm.load(0xE000_1004L, 4), "not enabled");
        config(COMMAND, 2, MEMORY);
        assertEquals(0xC0DE_0004, (int) test.vm.load(0xE000_1004L, 4));
        config(BAR_0, 4, 0xE000_3000L);
        assertEquals(-1, (int) test.vm.load(0xE000_1004L, 4), "gone from there");
        assertEquals(0xC0DE_0004, (int) test.vm.load(0xE000_3004L, 4));
        config(BAR_0, 4, 0xFFFF_FFFFL);
        assertEquals(-1, (int) test.vm.load(0xE000_3004L, 4), "asked for its length");
        assertEquals(-1, (int) test.vm.load(0xFFFF_F004L, 4), "and not at the top");
        config(BAR_0, 4, 0xE000_3000L);
        assertEquals(0xC0DE_0004, (int) test.vm.load(0xE000_3004L, 4));
        config(COMMAND, 2, 0);
        assertEquals(-1, (int) test.vm.load(0xE000_3004L, 4));
    }

    @Test
    void decodesPortsByItself() throws Exception {
        plug(false, card -> card.pci.bar(0, PciBar.IO, 8, card));
        config(BAR_0, 4, 0xC000);
        config(COMMAND, 2, IO);
        test.vm.out(0xC007, 1, 9);
        assertEquals(0xC0DE_0003, (int) test.vm.in(0xC003, 4));
        config(COMMAND, 2, MEMORY);
        assertEquals(-1, (int) test.vm.in(0xC003, 4));
    }

    @Test
    void letsTwoRegistersChangePlaces() throws Exception {
        Card card =
                plug(
                        false,
                        c -> {
                            c.pci.bar(0, PciBar.MEMORY_32, 4096, c);
                            c.pci.bar(1, PciBar.MEMORY_32, 4096, new Other());
                        });
        config(BAR_0, 4, 0xE000_0000L);
        config(BAR_0 + 4, 4, 0xE000_1000L);
        config(COMMAND, 2, MEMORY);
        assertEquals(7, test.vm.load(0xE000_1000L, 1));
        config(COMMAND, 2, 0);
        config(BAR_0, 4, 0xE000_1000L);
        config(BAR_0 + 4, 4, 0xE000_0000L);
        config(COMMAND, 2, MEMORY);
        assertEquals(7, test.vm.load(0xE000_0000L, 1));
        assertEquals(0xC0DE_0004, (int) test.vm.load(0xE000_1004L, 4));
        assertEquals(List.of(), card.log);
    }

    private static final class Other implements Region {
        @Override
        public long read(long offset, int width) {
            return 7;
        }

        @Override
        public void write(long offset, int width, long value) {
            // nothing behind it
        }
    }

    @Test
    void staysUnmappedWhereSomebodyElseIs() throws Exception {
        plug(false, card -> card.pci.bar(0, PciBar.IO, 8, card));
        test.plug("com1", TestDevice.at(0x3F8));
        config(BAR_0, 4, 0x3F8);
        config(COMMAND, 2, IO);
        test.vm.out(0x3F8, 1, 5);
        assertEquals(5, test.vm.in(0x3F8, 1), "still com1's");
        config(BAR_0, 4, 0xC000);
        assertEquals(0xC0DE_0000, (int) test.vm.in(0xC000, 4));
    }

    @Test
    void isAssignedAPlaceLikeAFirmwareWould() throws Exception {
        plug(
                true,
                card -> {
                    card.pci.bar(0, PciBar.IO, 8, card);
                    card.pci.bar(1, PciBar.MEMORY_32, 4096, card);
                    card.pci.bar(2, PciBar.MEMORY_64, 1L << 33, card);
                });
        assertEquals(IO | MEMORY, config(COMMAND, 2));
        int ports = config(BAR_0, 4);
        int memory = config(BAR_0 + 4, 4);
        assertEquals(0xC0DE_0000, (int) test.vm.in(ports & ~3, 4));
        assertEquals(0xC0DE_0000, (int) test.vm.load(Integer.toUnsignedLong(memory), 4));
        assertEquals(0x40, config(BAR_0 + 12, 4), "above 4 GiB");
        config(BAR_0, 4, 0xC001);
        test.machine.reset();
        assertEquals(ports, config(BAR_0, 4), "the same after a reset");
    }

    @Test
    void listsItsCapabilitiesAsInSection67() throws Exception {
        plug(
                false,
                card -> {
                    card.pci.capability(0x09, new byte[] {5, 6, 7});
                    card.pci.capability(0x0F, 20, card);
                    card.pci.capability(0x09, new byte[] {9});
                });
        assertEquals(1 << 4, config(STATUS, 2), "capabilities list");
        assertEquals(0x40, config(0x34, 1));
        assertEquals(0x0605_4809, config(0x40, 4));
        assertEquals(7, config(0x44, 1));
        assertEquals(0x0002_5C0F, config(0x48, 4), "two bytes of the list, two of the device");
        assertEquals(0xC0DE_0008, config(0x50, 4));
        assertEquals(0x0009_0009, config(0x5C, 4));
    }

    @Test
    void hasTheDeviceAnswerForACapability() throws Exception {
        Card card = plug(false, c -> c.pci.capability(0x09, 20, c));
        config(0x48, 4, 0x8765_4321L);
        config(0x40, 4, 0xABCD_1234L);
        config(0x43, 1, 0x77);
        config(0x40, 2, 0xFFFF);
        assertEquals(List.of("8+4=" + 0x8765_4321L, "2+2=" + 0xABCD, "3+1=" + 0x77), card.log);
        assertEquals(0x09, config(0x40, 1));
    }

    @Test
    void isToldWhetherItMayReachMemory() throws Exception {
        List<Boolean> told = new ArrayList<>();
        plug(false, c -> c.pci.onBusMaster(() -> told.add(c.pci.busMaster())));
        config(COMMAND, 2, MASTER);
        config(COMMAND, 2, MASTER | MEMORY);
        config(COMMAND, 1, MEMORY);
        assertEquals(List.of(true, false), told);
        config(COMMAND, 2, MASTER);
        test.machine.reset();
        assertEquals(3, told.size(), "power-on is nothing to tell");
    }

    @Test
    void isShownWithItsDevice() throws Exception {
        plug(false, card -> {});
        InspectedNode tree = test.machine.inspect("disk");
        InspectedNode pci = tree.children().get(tree.children().size() - 1);
        assertEquals("PCI function 00:01.0", pci.name());
        assertEquals("0x1af4", pci.children().get(0).value());
    }

    @Test
    void refusesALayoutThatMakesNoSense() throws Exception {
        Card card = plug(false, c -> c.pci.bar(0, PciBar.MEMORY_64, 4096, c));
        List<Runnable> nonsense =
                List.of(
                        () -> card.pci.bar(1, PciBar.IO, 8, card),
                        () -> card.pci.bar(5, PciBar.MEMORY_64, 4096, card),
                        () -> card.pci.bar(6, PciBar.IO, 8, card),
                        () -> card.pci.bar(2, PciBar.IO, 512, card),
                        () -> card.pci.bar(2, PciBar.MEMORY_32, 8, card),
                        () -> card.pci.bar(2, PciBar.MEMORY_32, 100, card),
                        () -> card.pci.capability(0, new byte[2]),
                        () -> card.pci.capability(9, 1, card),
                        () -> card.pci.capability(9, new byte[200]),
                        () -> card.pci.msix(3, 2049),
                        () -> card.pci.msi(3),
                        () -> new PciIdentity(0xFFFF, 0, 0, 0, 0, 0));
        nonsense.forEach(e -> assertThrows(IllegalArgumentException.class, e::run));
    }

    @Test
    void takesNothingForMsixThatHasNoRoom() throws Exception {
        Card card = plug(false, c -> c.pci.bar(0, PciBar.IO, 8, c));
        assertThrows(IllegalArgumentException.class, () -> card.pci.msix(0, 2), "not free");
        assertEquals(0x40, card.pci.capability(9, new byte[184]), "the first capability");
        assertThrows(IllegalArgumentException.class, () -> card.pci.msix(1, 2), "no room");
        card.pci.bar(1, PciBar.IO, 8, card);
    }

    @Test
    void hasTheDeviceAnswerForWholeDoublewords() throws Exception {
        plug(false, c -> c.pci.capability(0x09, 18, c));
        assertEquals(0xC0DE_0010, config(0x50, 4), "two bytes past the length");
        assertEquals(0x13, config(0x53, 1));
    }
}
