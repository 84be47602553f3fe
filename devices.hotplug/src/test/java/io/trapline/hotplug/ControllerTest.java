package io.trapline.hotplug;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.PciSlots;
import io.trapline.device.Region;
import io.trapline.tck.TestBoard;
import io.trapline.tck.TestLine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** QEMU, docs/specs/acpi_pci_hotplug; ACPI 6.4, section 4.8.5. */
class ControllerTest {
    /** A bus whose places the test fills. */
    private static final class Bus implements PciSlots {
        final List<Integer> ejected = new ArrayList<>();
        int occupied = 1;
        int leaving;
        int arrived;

        @Override
        public int takeArrived() {
            int taken = arrived;
            arrived = 0;
            return taken;
        }

        @Override
        public int occupied() {
            return occupied;
        }

        @Override
        public int leaving() {
            return leaving;
        }

        @Override
        public void eject(int device) {
            ejected.add(device);
        }

        @Override
        public void listen(Runnable changed) {}
    }

    private final Bus bus = new Bus();
    private final TestLine sci = new TestLine(9, new TestBoard("hotplug").timers());
    private final Controller controller = new Controller(bus, sci);
    private final Region slots = controller.slotRegisters();
    private final Region events = controller.eventRegisters();

    ControllerTest() {
        controller.reset();
        events.write(2, 2, 2);
    }

    private void occupy(int device) {
        bus.occupied |= 1 << device;
        bus.arrived |= 1 << device;
        controller.changed();
    }

    @Test
    void tellsWhatHasCome() {
        occupy(4);
        assertTrue(sci.raised());
        assertEquals(2, events.read(0, 2) & 0xFFFF);
        assertEquals(1 << 4, slots.read(0, 4));
        assertEquals(0, slots.read(0, 4), "a read takes it");
        events.write(0, 2, 2);
        assertFalse(sci.raised());
        assertEquals(1 << 4, slots.read(0xC, 4), "can be taken out; the host bridge cannot");
    }

    @Test
    void tellsWhatHasComeWhereAnotherHadJustGone() {
        occupy(4);
        slots.read(0, 4);
        bus.arrived = 1 << 4;
        assertEquals(1 << 4, slots.read(0, 4), "word of it is still on its way");
    }

    @Test
    void tellsWhatIsWantedOutAndTakesItWhenTheGuestLetsGo() {
        occupy(4);
        occupy(5);
        events.write(0, 2, 2);
        bus.leaving = 1 << 5;
        controller.changed();
        assertTrue(sci.raised());
        assertEquals(1 << 5, slots.read(4, 4));
        slots.write(8, 4, 1 << 5);
        assertEquals(List.of(5), bus.ejected);
        bus.occupied &= ~(1 << 5);
        bus.leaving = 0;
        controller.changed();
        assertEquals(0, slots.read(4, 4));
    }

    @Test
    void ejectsNothingThatIsNotThereNorTheHostBridge() {
        occupy(4);
        slots.write(8, 4, 0xFFFF_FFFFL);
        slots.write(8, 1, 0xFF);
        slots.write(4, 4, 0xFFFF_FFFFL);
        assertEquals(List.of(4), bus.ejected);
    }

    @Test
    void raisesNothingThatIsNotEnabled() {
        events.write(2, 1, 0);
        occupy(4);
        assertFalse(sci.raised());
        events.write(2, 1, 2);
        assertTrue(sci.raised());
        assertEquals(0x0002_0002, events.read(0, 4));
        events.write(0, 1, 1);
        assertTrue(sci.raised(), "another event");
        events.write(0, 4, 0x0002_0002);
        assertEquals(0x0002_0000, events.read(0, 4), "acknowledged, still enabled");
    }

    @Test
    void goesOnInItsSuccessor() {
        occupy(4);
        Controller next = new Controller(bus, new TestLine(9, new TestBoard("hotplug").timers()));
        next.restore(ControllerState.of(controller.save().toDeviceState()));
        assertEquals(controller.save(), next.save());
        assertEquals(1 << 4, next.slotRegisters().read(0, 4));
    }

    @Test
    void seesWhatCameWhileNobodyWasThere() {
        ControllerState saved = controller.save();
        bus.occupied |= 1 << 7;
        Controller next = new Controller(bus, sci);
        next.restore(saved);
        assertEquals(1 << 7, next.slotRegisters().read(0, 4));
        assertTrue(sci.raised());
    }
}
