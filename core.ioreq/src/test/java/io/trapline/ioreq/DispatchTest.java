package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.Region;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.ClientMode;
import io.trapline.machine.DeviceRow;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** DESIGN section 2: the way of one access. */
class DispatchTest {
    /** Eight scratch registers at a port. */
    static final class Scratch implements Device, Region {
        final int port;
        long[] cells = new long[8];

        Scratch(int port) {
            this.port = port;
        }

        @Override
        public void install(Board board) {
            board.ports(port, 8, this);
        }

        @Override
        public void reset() {
            cells = new long[8];
        }

        @Override
        public DeviceState save() {
            return new DeviceState("scratch", 1, Map.of("cells", cells));
        }

        @Override
        public void restore(DeviceState state) {
            state.require("scratch", 1);
            cells = ((long[]) state.values().get("cells")).clone();
        }

        @Override
        public long read(long offset, int width) {
            return cells[(int) offset];
        }

        @Override
        public void write(long offset, int width, long value) {
            cells[(int) offset] = value;
        }
    }

    @Test
    void unclaimedReadsAllOnesAndIsCounted() throws Exception {
        try (TestMachine test = new TestMachine()) {
            assertEquals(0xFF, test.vm.in(0x3FD, 1));
            assertEquals(0xFFFFL, test.vm.in(0x3FD, 2));
            test.vm.out(0x3FD, 1, 7);
            assertEquals(-1L, test.vm.load(0xFEB0_0000L, 8));
            assertEquals(2, test.machine.unclaimed().get(0).reads());
            assertEquals(1, test.machine.unclaimed().get(0).writes());
        }
    }

    @Test
    void aDeviceAnswersInsideItsClaimOnly() throws Exception {
        try (TestMachine test = new TestMachine()) {
            test.plug("com1", new Scratch(0x3F8));
            test.vm.out(0x3FF, 1, 0x5A);
            assertEquals(0x5A, test.vm.in(0x3FF, 1));
            assertEquals(0xFFFF, test.vm.in(0x3FF, 2));
            assertEquals(0xFF, test.vm.in(0x400, 1));
            assertTrue(
                    test.machine.unclaimed().stream().anyMatch(r -> r.type().equals("straddling")));
        }
    }

    @Test
    void aSuccessorTakesOverClaimsAndState() throws Exception {
        try (TestMachine test = new TestMachine()) {
            Plug old = test.plug("com1", new Scratch(0x3F8));
            test.vm.out(0x3FF, 1, 0x5A);
            test.machine.unplug(old);
            assertEquals(DeviceRow.State.HOLDING, test.machine.devices().get(0).state());

            test.vm.send(0, IoRequestSlot.PORTIO, IoRequestSlot.READ, 0x3FF, 1, 0);
            assertTrue(!test.vm.isComplete(0));
            test.machine.plug(TestMachine.plug("com1", "1.0.1", new Scratch(0x3F8)));
            assertEquals(0x5A, test.vm.answer(0));
            assertEquals(1, test.machine.devices().get(0).swaps());
        }
    }

    @Test
    void aDeviceMovesToADedicatedClient() throws Exception {
        try (TestMachine test = new TestMachine()) {
            test.plug("com1", new Scratch(0x3F8));
            test.machine.map("com1", "own", ClientMode.DEDICATED);
            test.vm.send(0, IoRequestSlot.PORTIO, IoRequestSlot.WRITE, 0x3FF, 1, 3);
            test.vm.answer(0);
            assertEquals("own", test.machine.clients().get(1).name());
        }
    }
}
