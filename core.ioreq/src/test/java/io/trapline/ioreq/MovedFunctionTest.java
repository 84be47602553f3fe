package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.device.Board;
import io.trapline.device.PciAddress;
import io.trapline.device.PciBar;
import io.trapline.device.PciEndpoint;
import io.trapline.device.PciIdentity;
import io.trapline.device.PciSlots;
import io.trapline.machine.DeviceRow.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A successor that is configured for another place on the PCI bus than its predecessor had. */
class MovedFunctionTest {
    private static final PciIdentity CARD = new PciIdentity(0x1AF4, 0x1042, 1, 0x010000, 0, 0);
    private static final long FIRST = 0xE000_0000L; // that the firmware has to give
    private static final long LENGTH = 0x10_0000;

    private final ByHand hands = new ByHand();
    private TestMachine test;
    private PciSlots slots;

    @BeforeEach
    void start() throws Exception {
        test = new TestMachine(TestMachine.spec(true), hands);
        test.plug(
                "hotplug",
                new TestDevice(
                        b -> {
                            slots = b.slots();
                            slots.listen(() -> {});
                        }));
    }

    @AfterEach
    void end() {
        hands.run(); // what was posted last
        test.close();
    }

    private TestDevice card(int... places) {
        TestDevice device = new TestDevice(b -> {});
        return device.with(
                b -> {
                    for (int place : places) {
                        layOut(b, place, device);
                    }
                });
    }

    private static void layOut(Board board, int place, TestDevice device) {
        PciEndpoint endpoint = board.endpoint(CARD, new PciAddress(0, place, 0));
        endpoint.bar(0, PciBar.MEMORY_32, LENGTH, device);
    }

    private void swap(TestDevice before, TestDevice after) {
        Plug plug = test.plug("disk", before);
        hands.run();
        slots.takeArrived();
        test.machine.unplug(plug);
        test.machine.plug(TestMachine.plug("disk", "2.0.0", after));
        assertEquals(State.SERVING, test.state("disk"), test.device("disk").detail());
    }

    /** The first byte behind a card's register, if it is mapped there. */
    private long cell(long address) {
        return test.vm.load(address, 1) & 0xFF;
    }

    @Test
    void comesToItsNewPlace() {
        swap(card(4), card(5));
        assertEquals(1 << 5, slots.takeArrived());
        assertEquals(1 << 5 | 1, slots.occupied());
        swapBack();
        assertEquals(0, slots.takeArrived(), "where it was: nothing has come");
    }

    private void swapBack() {
        test.machine.eject("disk");
        slots.eject(5);
        hands.run();
        swap(card(5), card(5));
    }

    @Test
    void givesBackWhatTheFirmwareHadAssignedToTheOld() {
        swap(card(4), card(5));
        assertEquals(0xFF, cell(FIRST), "the old place, which was not free yet");
        assertEquals(0, cell(FIRST + LENGTH));
        test.plug("next", card(6));
        assertEquals(0, cell(FIRST));
    }

    @Test
    void keepsTheFunctionThatStays() {
        TestDevice both = card(4, 5);
        TestDevice one = card(5);
        swap(both, one);
        assertEquals(0, slots.takeArrived());
        assertEquals(0, cell(FIRST + LENGTH), "as the guest knows it");
        one.cells[0] = 7;
        assertEquals(7, cell(FIRST + LENGTH));
        assertEquals(0xFF, cell(FIRST));
    }
}
