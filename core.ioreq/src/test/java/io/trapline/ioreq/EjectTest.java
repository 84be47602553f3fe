package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.PciAddress;
import io.trapline.device.PciIdentity;
import io.trapline.device.PciSlots;
import io.trapline.machine.DeviceRow.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code Machine.eject}: a device goes at once, or when the guest has let go of its place on the bus. */
class EjectTest {
    private static final PciIdentity CARD = new PciIdentity(0x1AF4, 0x1042, 1, 0x010000, 0, 0);
    private static final int DISK = 1 << 4;
    private static final int BRIDGE = 1;

    private final ByHand hands = new ByHand();
    private TestMachine test;
    private PciSlots slots;
    private int told;

    @BeforeEach
    void plug() throws Exception {
        test = new TestMachine(1, hands);
        test.plug("com1", TestDevice.at(0x3F8));
        test.plug("disk", new TestDevice(b -> b.endpoint(CARD, new PciAddress(0, 4, 0))));
    }

    @AfterEach
    void end() {
        hands.run(); // what was posted last
        test.close();
    }

    private TestDevice controller() {
        return new TestDevice(
                b -> {
                    slots = b.slots();
                    slots.listen(() -> told++);
                });
    }

    private Plug plugController() {
        Plug plug = test.plug("hotplug", controller());
        hands.run();
        told = 0;
        return plug;
    }

    @Test
    void takesADeviceOutAtOnceWhereTheGuestCannotBeAsked() {
        test.machine.eject("com1");
        assertEquals(State.DETACHED, test.state("com1"));
        assertEquals(0xFF, test.vm.in(0x3F8, 1));
        test.machine.eject("disk");
        assertEquals(State.DETACHED, test.state("disk"));
        assertTrue(test.device("disk").detail().contains("administrator"));
        test.machine.eject("disk"); // again: nothing
        assertThrows(IllegalArgumentException.class, () -> test.machine.eject("nobody"));
    }

    @Test
    void asksTheGuestForAPlaceOnTheBus() {
        plugController();
        assertEquals(DISK | BRIDGE, slots.occupied());
        test.machine.eject("disk");
        hands.run();
        assertEquals(State.SERVING, test.state("disk"));
        assertEquals(DISK, slots.leaving());
        assertTrue(told > 0);

        slots.eject(4);
        hands.run();
        assertEquals(State.DETACHED, test.state("disk"));
        assertEquals("ejected by the guest", test.device("disk").detail());
        assertEquals(BRIDGE, slots.occupied());
        assertEquals(0, slots.leaving());
        test.machine.eject("com1");
        assertEquals(State.DETACHED, test.state("com1"), "on no bus");
    }

    @Test
    void takesADeviceOutOnceHoweverOftenTheGuestLetsGo() {
        plugController();
        for (int i = 0; i < 1_000; i++) {
            slots.eject(4);
            slots.eject(5);
        }
        assertEquals(1, hands.waiting(), "nobody is at place 5");
        hands.run();
        assertEquals(State.DETACHED, test.state("disk"));
        test.plug("disk", new TestDevice(b -> b.endpoint(CARD, new PciAddress(0, 4, 0))));
        slots.eject(4);
        hands.run();
        assertEquals(State.DETACHED, test.state("disk"), "the next one too");
    }

    @Test
    void leavesTheHostBridgeWhereItIs() {
        plugController();
        slots.eject(0);
        hands.run();
        assertEquals(DISK | BRIDGE, slots.occupied());
    }

    @Test
    void asksNobodyOnceTheControllerIsGone() {
        Plug controller = plugController();
        test.machine.unplug(controller);
        test.machine.bundleGone(controller.bundleId());
        test.machine.eject("disk");
        assertEquals(State.DETACHED, test.state("disk"));
    }

    @Test
    void asksTheGuestThroughTheSuccessorOfTheController() {
        Plug controller = plugController();
        test.machine.unplug(controller);
        test.machine.eject("disk");
        test.plug("second", new TestDevice(b -> b.endpoint(CARD)));
        hands.run();
        assertEquals(State.SERVING, test.state("disk"), "who asks is only being replaced");
        test.plug("hotplug", controller());
        assertEquals(DISK, slots.leaving());
        assertEquals(1 << 1, slots.takeArrived(), "came while nobody was there to be told");
        slots.eject(4);
        hands.run();
        assertEquals(State.DETACHED, test.state("disk"));
    }

    @Test
    void forgetsAControllerThatHasASuccessorWhichDoesNotTell() {
        Plug controller = plugController();
        test.machine.unplug(controller);
        test.plug("hotplug", new TestDevice(b -> {}));
        test.machine.eject("disk");
        assertEquals(State.DETACHED, test.state("disk"));
    }

    @Test
    void removesADeviceWithoutAskingTheGuestOrHoldingItsRequests() {
        plugController();
        test.machine.remove("disk");
        assertEquals(State.DETACHED, test.state("disk"));
        assertEquals("removed by an administrator", test.device("disk").detail());
        assertEquals(BRIDGE, slots.occupied());

        test.machine.remove("com1");
        assertEquals(0xFF, test.vm.in(0x3F8, 1), "nobody waits for a successor");
        assertThrows(IllegalArgumentException.class, () -> test.machine.remove(HostBridge.NAME));
    }

    @Test
    void tellsTheControllerWhatComes() {
        plugController();
        test.plug("second", new TestDevice(b -> b.endpoint(CARD)));
        hands.run();
        assertEquals(1, told);
        assertEquals(DISK | BRIDGE | 1 << 1, slots.occupied());
    }
}
