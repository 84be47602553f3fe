package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.InterruptLine;
import io.trapline.device.PciAddress;
import io.trapline.device.PciBar;
import io.trapline.device.PciEndpoint;
import io.trapline.device.PciIdentity;
import io.trapline.device.PciVectors;
import io.trapline.device.Region;
import io.trapline.machine.DeviceRow.State;
import io.trapline.machine.InspectedNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PCI Local Bus 3.0, chapter 6: what the machine keeps of a function. */
class EndpointTest {
    private static final PciIdentity DISK =
            new PciIdentity(0x1AF4, 0x1042, 1, 0x010000, 0x1AF4, 0x1100);
    private static final int COMMAND = 0x04;
    private static final int STATUS = 0x06;
    private static final int BAR_0 = 0x10;
    private static final int IO = 1;
    private static final int MEMORY = 2;
    private static final int MASTER = 4;
    private static final int INTX_DISABLE = 1 << 10;

    private TestMachine test;
    private Plug first;

    /** A function with registers that remember what was written, and where. */
    private static final class Card implements Device, Region {
        private final Consumer<Card> layout;
        final List<String> log = new ArrayList<>();
        PciEndpoint pci;
        PciVectors vectors;
        InterruptLine pin;

        Card(Consumer<Card> layout) {
            this.layout = layout;
        }

        @Override
        public void install(Board board) {

            pci = board.endpoint(DISK);
            layout.accept(this);
        }

        @Override
        public void reset() {
            if (pin != null) {
                pin.lower();
            }
        }

        @Override
        public DeviceState save() {
            return DeviceState.NONE;
        }

        @Override
        public long read(long offset, int width) {
            return 0xC0DE_0000L | offset;
        }

        @Override
        public void write(long offset, int width, long value) {
            log.add(offset + "+" + width + "=" + value);
        }
    }

    private Card plug(boolean assignBars, Consumer<Card> layout) throws Exception {
        test = new TestMachine(TestMachine.spec(assignBars), new ByHand());
        Card card = new Card(layout);
        first = test.plug("disk", card);
        assertEquals(State.SERVING, test.device("disk").state(), test.device("disk").detail());
        return card;
    }

    @AfterEach
    void end() {
        if (test != null) {
            test.close();
        }
    }

    private int config(int register, int width) {
        return configOf(1, register, width);
    }

    private int configOf(int device, int register, int width) {
        test.vm.out(0xCF8, 4, 0x8000_0000L | device << 11 | register & 0xFC);
        return (int) test.vm.in(0xCFC + (register & 3), width);
    }

    private void config(int register, int width, long value) {
        test.vm.out(0xCF8, 4, 0x8000_0000L | 1 << 11 | register & 0xFC);
        test.vm.out(0xCFC + (register & 3), width, value);
    }

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

    private static final long TABLE = 0xE000_0000L;

    private Card msix(int vectors) throws Exception {
        Card card =
                plug(
                        false,
                        c -> {
                            c.vectors = c.pci.msix(1, vectors);
                            c.pin = c.pci.pin();
                        });
        config(BAR_0 + 4, 4, TABLE);
        config(COMMAND, 2, MEMORY | MASTER);
        return card;
    }

    private void entry(int vector, long address, int data, int control) {
        long at = TABLE + 16L * vector;
        test.vm.store(at, 8, address);
        test.vm.store(at + 8, 4, data);
        test.vm.store(at + 12, 4, control);
    }

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

    // ---- Life

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
}
