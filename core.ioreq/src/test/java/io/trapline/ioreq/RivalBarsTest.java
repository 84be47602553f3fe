package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.PciAddress;
import io.trapline.device.PciBar;
import io.trapline.device.PciEndpoint;
import io.trapline.device.PciIdentity;
import io.trapline.device.Region;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.DeviceRow.State;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PCI Local Bus 3.0, section 6.2.5: base address registers that a guest puts where somebody else is. */
class RivalBarsTest {
    private static final PciIdentity CARD = new PciIdentity(0x1AF4, 0x1042, 1, 0x010000, 0, 0);
    private static final int COMMAND = 0x04;
    private static final int BAR_0 = 0x10;
    private static final int BAR_2 = 0x18;
    private static final int IO = 1;
    private static final int MEMORY = 2;
    private static final long HERE = 0xE100_0000L;
    private static final long THERE = 0xE200_0000L;
    private static final long LAPIC = 0xFEE0_0000L;
    private static final int PAGE = 4096;

    private TestMachine test;

    /** Memory in register 0, ports in register 1, a doorbell in 64-bit memory in register 2; all of it reads its name. */
    private static final class Card implements Device, Region {
        private final int name;
        private final PciAddress address;
        PciEndpoint pci;
        int rung;

        Card(int name, PciAddress address) {
            this.name = name;
            this.address = address;
        }

        @Override
        public void install(Board board) {
            pci = address == null ? board.endpoint(CARD) : board.endpoint(CARD, address);
            pci.bar(0, PciBar.MEMORY_32, PAGE, this);
            pci.bar(1, PciBar.IO, 16, this);
            board.doorbell(
                    pci.bar(2, PciBar.MEMORY_64, PAGE, this),
                    0,
                    2,
                    OptionalLong.empty(),
                    () -> rung++);
        }

        @Override
        public void reset() {
            // nothing to reset
        }

        @Override
        public long read(long offset, int width) {
            return name;
        }

        @Override
        public void write(long offset, int width, long value) {
            // nothing behind it
        }
    }

    private void machine(boolean assignBars) throws Exception {
        test = new TestMachine(TestMachine.spec(assignBars), new ByHand());
    }

    private Card plug(int name) {
        Card card = new Card(name, new PciAddress(0, name, 0));
        test.plug("card" + name, card);
        assertEquals(State.SERVING, test.state("card" + name));
        return card;
    }

    @AfterEach
    void end() {
        test.close();
    }

    private void config(int device, int register, int width, long value) {
        test.vm.sendPci(0, IoRequestSlot.WRITE, 0, device, 0, register, width, (int) value);
        test.vm.answer(0);
    }

    private long config(int device, int register, int width) {
        return configOf(device, 0, register, width);
    }

    private long configOf(int device, int function, int register, int width) {
        test.vm.sendPci(0, IoRequestSlot.READ, 0, device, function, register, width, 0);
        return test.vm.answer(0);
    }

    @Test
    void theFirstKeepsThePlaceAndTheOtherHasItOnceThatIsFree() throws Exception {
        machine(false);
        plug(1);
        plug(2);
        config(1, BAR_0, 4, HERE);
        config(1, COMMAND, 2, MEMORY);
        config(2, BAR_0, 4, HERE);
        config(2, COMMAND, 2, MEMORY);
        assertEquals(1, test.vm.load(HERE, 1));
        assertEquals(HERE, config(2, BAR_0, 4), "it says where it was put all the same");
        config(1, BAR_0, 4, THERE);
        assertEquals(2, test.vm.load(HERE, 1));
        assertEquals(1, test.vm.load(THERE, 1));
    }

    @Test
    void twoFunctionsChangePlacesWhileTheyAreEnabled() throws Exception {
        machine(false);
        plug(1);
        plug(2);
        config(1, BAR_0, 4, HERE);
        config(2, BAR_0, 4, THERE);
        config(1, COMMAND, 2, MEMORY);
        config(2, COMMAND, 2, MEMORY);
        config(1, BAR_0, 4, THERE);
        assertEquals(0xFF, test.vm.load(HERE, 1), "it has left, and is nowhere");
        config(2, BAR_0, 4, HERE);
        assertEquals(1, test.vm.load(THERE, 1));
        assertEquals(2, test.vm.load(HERE, 1));
    }

    @Test
    void aPlaceIsFreeToo() throws Exception {
        machine(false);
        Plug first = TestMachine.plug("card1", "1.0.0", new Card(1, new PciAddress(0, 1, 0)));
        test.machine.plug(first);
        plug(2);
        for (int device = 1; device <= 2; device++) {
            config(device, BAR_0, 4, HERE);
            config(device, COMMAND, 2, MEMORY);
        }
        assertEquals(1, test.vm.load(HERE, 1));
        test.machine.eject("card1");
        assertEquals(2, test.vm.load(HERE, 1), "once its device is out");
    }

    @Test
    void aResetBringsEachBackToItsOwnPlace() throws Exception {
        machine(true);
        plug(1);
        plug(2);
        long one = config(1, BAR_0, 4);
        long two = config(2, BAR_0, 4);
        config(2, COMMAND, 2, 0);
        config(1, BAR_0, 4, two);
        config(2, BAR_0, 4, one);
        config(2, COMMAND, 2, MEMORY);
        assertEquals(1, test.vm.load(two, 1));
        test.machine.reset();
        assertEquals(1, test.vm.load(one, 1));
        assertEquals(2, test.vm.load(two, 1));
    }

    @ParameterizedTest(name = "0x{0}")
    @ValueSource(longs = {0x10_0000, 0x1F_F000, LAPIC, 0xFEC0_0000L, 0xFFFF_F000L, 0})
    void nothingHappensWhereItCannotBe(long place) throws Exception {
        machine(false);
        Card card = plug(1);
        config(1, COMMAND, 2, MEMORY | IO);
        test.vm.slots[0].state(IoRequestSlot.FREE);
        config(1, BAR_0, 4, place);
        config(1, BAR_2, 4, place);
        assertEquals(place, config(1, BAR_0, 4));
        config(1, BAR_0, 4, HERE);
        config(1, BAR_2, 4, THERE);
        assertEquals(1, test.vm.load(HERE, 1), "and back");
        test.vm.store(THERE, 2, 0);
        assertEquals(1, card.rung);
        assertEquals(0, test.device("card1").faults());
    }

    @Test
    void ramStaysRam() throws Exception {
        machine(false);
        plug(1);
        config(1, COMMAND, 2, MEMORY);
        config(1, BAR_0, 4, 0x10_0000);
        assertTrue(
                test.machine.ranges().stream()
                        .allMatch(range -> range.type().equals("pci") || range.length() == 0));
    }

    @Test
    void theWayToConfigurationSpaceCannotBeBlocked() throws Exception {
        machine(false);
        plug(1);
        config(1, BAR_0 + 4, 4, 0xCF0);
        config(1, COMMAND, 2, IO);
        assertEquals(1, test.vm.in(0xCF0, 1));
        test.vm.out(0xCF8, 4, 0x8000_0000L | 1 << 11);
        assertEquals(0x1042_1AF4, test.vm.in(0xCFC, 4));
    }

    @Test
    void aRegisterOfTheSameFunctionIsARivalToo() throws Exception {
        machine(false);
        plug(1);
        config(1, BAR_0, 4, HERE);
        config(1, BAR_2, 4, HERE);
        config(1, COMMAND, 2, MEMORY);
        assertEquals(1, test.vm.load(HERE, 1));
        config(1, BAR_2, 4, THERE);
        assertEquals(1, test.vm.load(THERE, 1));
        assertEquals(1, test.vm.load(HERE, 1));
    }

    /** Whatever it does: no fault, no throw, no claim or doorbell more than there are registers. */
    @Test
    void aHostileGuestMovesThemAboutForEver() throws Exception {
        machine(false);
        test.vm.signals = true;
        plug(1);
        plug(2);
        plug(3);
        long[] places = {HERE, THERE, HERE + PAGE, 0x10_0000, LAPIC, 0, 0xFFFF_FFFFL, 0xCF8, 0x3F8};
        Random guest = new Random(3);
        for (int i = 0; i < 30_000; i++) {
            int device = 1 + guest.nextInt(3);
            if (guest.nextInt(4) == 0) {
                config(device, COMMAND, 2, guest.nextInt());
            } else {
                int register = BAR_0 + 4 * guest.nextInt(6);
                long place = guest.nextInt(9) == 0 ? guest.nextLong() : places[guest.nextInt(9)];
                config(device, register + (i & 3), (i & 3) == 0 ? 4 : 1, place);
            }
            if (i % 16 == 0) {
                test.vm.load(places[guest.nextInt(5)], 4);
            }
        }
        assertTrue(test.vm.bells.size() <= 3, () -> test.vm.bells.toString());
        assertEquals(3 * 4 + 1, test.machine.ranges().size());
        test.machine.devices().forEach(row -> assertEquals(0, row.faults(), row.toString()));
        for (int device = 1; device <= 3; device++) {
            config(device, COMMAND, 2, 0);
        }
        assertEquals(List.of(), test.vm.bells);
        assertEquals(0xFF, test.vm.load(HERE, 1));
    }

    // ---- Places on the bus

    @Test
    void functionsOfOneDeviceSaySoInTheHeaderType() throws Exception {
        machine(false);
        plug(1);
        assertEquals(0, config(1, 0x0E, 1));
        test.plug("more", new Card(9, new PciAddress(0, 1, 3)));
        assertEquals(0x80, config(1, 0x0E, 1));
        assertEquals(0x80_0000, config(1, 0x0C, 4));
        assertEquals(0x80, configOf(1, 3, 0x0E, 1));
        test.machine.eject("more");
        assertEquals(0, config(1, 0x0E, 1), "alone again");
    }

    @Test
    void thirtyOneFindAPlaceAndTheNextIsTold() throws Exception {
        machine(true);
        for (int i = 1; i < 32; i++) {
            test.plug("card" + i, new Card(i, null));
            assertEquals(State.SERVING, test.state("card" + i));
        }
        test.plug("card32", new Card(32, null));
        assertEquals(
                "install failed: PCI bus 0 is full: no place for a function of card32 (test.bundle"
                        + " 1.0.0)",
                test.device("card32").detail());
    }

    @Test
    void refusesATakenPlaceNamingBoth() throws Exception {
        machine(false);
        plug(4);
        test.plug("rival", new Card(5, new PciAddress(0, 4, 0)));
        assertEquals(
                "install failed: pci range taken: wanted=pci 00:04.0 by rival (test.bundle 1.0.0),"
                        + " owner=card4 (test.bundle 1.0.0) with pci 00:04.0",
                test.device("rival").detail());
    }

    @Test
    void theHostBridgeStays() throws Exception {
        machine(false);
        plug(1);
        assertThrows(IllegalArgumentException.class, () -> test.machine.eject(HostBridge.NAME));
        assertEquals(0x1237_8086, config(0, 0, 4));
    }

    @Test
    void whatIsAssignedKeepsAwayFromClaims() throws Exception {
        machine(true);
        test.plug("sensor", new TestDevice(b -> b.memory(0xE000_0000L, 8, new Card(7, null))));
        plug(1);
        long place = config(1, BAR_0, 4);
        assertEquals(0xE000_1000L, place);
        assertEquals(1, test.vm.load(place, 1));
    }

    @Test
    void whatADeviceHadIsAssignedAnew() throws Exception {
        machine(true);
        Plug first = TestMachine.plug("card1", "1.0.0", new Card(1, new PciAddress(0, 1, 0)));
        test.machine.plug(first);
        long place = config(1, BAR_0, 4);
        test.machine.eject("card1");
        plug(2);
        assertEquals(place, config(2, BAR_0, 4));
    }

    @Test
    void configAddressIsZeroAfterAReset() throws Exception {
        machine(false);
        plug(1);
        test.vm.out(0xCF8, 4, 0x8000_0000L | 1 << 11);
        test.machine.reset();
        assertEquals(0, test.vm.in(0xCF8, 4));
        assertEquals(0xFFFF_FFFFL, test.vm.in(0xCFC, 4));
    }
}
