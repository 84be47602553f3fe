package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.device.PciAddress;
import io.trapline.device.PciBar;
import io.trapline.device.PciEndpoint;
import io.trapline.device.PciIdentity;
import io.trapline.machine.DeviceRow.State;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A successor whose function is not the one that the guest's driver knows is refused, and says what differs. */
class UnlikeSuccessorTest {
    private static final PciIdentity CARD = new PciIdentity(0x1AF4, 0x1042, 1, 0x010000, 0, 0);
    private static final PciIdentity NEXT = new PciIdentity(0x1AF4, 0x1042, 2, 0x010000, 0, 0);
    private static final TestDevice NOBODY = new TestDevice(b -> {});

    private TestMachine test;

    @BeforeEach
    void start() throws Exception {
        test = new TestMachine(1, new ByHand());
    }

    @AfterEach
    void end() {
        test.close();
    }

    private static TestDevice card(PciIdentity identity, Consumer<PciEndpoint> layout) {
        return new TestDevice(b -> layout.accept(b.endpoint(identity, new PciAddress(0, 4, 0))));
    }

    private void refuses(String difference, TestDevice before, TestDevice after) {
        Plug plug = test.plug("disk", before);
        assertEquals(State.SERVING, test.state("disk"));
        test.machine.unplug(plug);
        Plug next = TestMachine.plug("disk", "2.0.0", after);
        test.machine.plug(next);
        assertEquals(State.REFUSED, test.state("disk"));
        assertEquals(
                "the swap failed: PCI function 00:04.0 is not the one that the guest knows: "
                        + difference
                        + "; eject that first",
                test.device("disk").detail());
        test.machine.unplug(next);
    }

    @Test
    void withAnotherIdentity() {
        refuses("Revision ID is 0x02, was 0x01", card(CARD, c -> {}), card(NEXT, c -> {}));
    }

    @Test
    void withAnotherRegister() {
        TestDevice large = card(CARD, c -> c.bar(2, PciBar.MEMORY_64, 16384, NOBODY));
        TestDevice small = card(CARD, c -> c.bar(2, PciBar.MEMORY_64, 4096, NOBODY));
        refuses(
                "base address register 2 is MEMORY_64 of 16384 bytes, was MEMORY_64 of 4096 bytes",
                small,
                large);
        refuses(
                "base address register 2 is none, was MEMORY_64 of 16384 bytes",
                large,
                card(CARD, c -> {}));
    }

    @Test
    void withOtherCapabilities() {
        refuses(
                "its capabilities differ from 0x42 on",
                card(CARD, c -> c.msi(4)),
                card(CARD, c -> c.msi(8)));
        refuses(
                "it has capabilities, or had",
                card(CARD, c -> {}),
                card(CARD, c -> c.capability(9, new byte[2])));
    }

    @Test
    void isInstalledOnceTheOldOneIsOut() {
        Plug plug = test.plug("disk", card(CARD, c -> {}));
        test.machine.eject("disk");
        test.machine.unplug(plug);
        test.plug("disk", card(NEXT, c -> {}));
        assertEquals(State.SERVING, test.state("disk"), test.device("disk").detail());
    }
}
