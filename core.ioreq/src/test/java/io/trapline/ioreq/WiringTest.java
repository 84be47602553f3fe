package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Board;
import io.trapline.device.Claim;
import io.trapline.machine.DeviceRow.State;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** DESIGN section 5, "Install": a refusal names the range, the owner, its bundle and version. */
class WiringTest {
    private static String refusal(Consumer<Board> install) throws Exception {
        try (TestMachine test = new TestMachine(1, new ByHand())) {
            test.plug("com1", TestDevice.at(0x3F8));
            test.plug("nic", new TestDevice(b -> b.memory(0xFEB0_0000L, 0x1000, silent())));
            TestDevice late = new TestDevice(install);
            test.machine.plug(TestMachine.plug("late", "2.1.0", late));
            assertEquals(State.REFUSED, test.state("late"));
            assertEquals("", test.device("late").claims());
            return test.device("late").detail();
        }
    }

    private static TestDevice silent() {
        return new TestDevice(b -> {});
    }

    @Test
    void refusesATakenPortAndNamesBothOwners() throws Exception {
        assertEquals(
                "install failed: port range taken: wanted=port 0x3ff+1 by late (test.bundle 2.1.0),"
                        + " owner=com1 (test.bundle 1.0.0) with port 0x3f8+8",
                refusal(b -> b.ports(0x3FF, 1, silent())));
    }

    @Test
    void refusesTakenMemoryAndNamesBothOwners() throws Exception {
        assertEquals(
                "install failed: memory range taken: wanted=memory 0xfeaff000+4097 by late"
                        + " (test.bundle 2.1.0), owner=nic (test.bundle 1.0.0) with memory"
                        + " 0xfeb00000+4096",
                refusal(b -> b.memory(0xFEAF_F000L, 0x1001, silent())));
    }

    @Test
    void refusesItsOwnRangeTwice() throws Exception {
        String refusal =
                refusal(
                        b -> {
                            b.ports(0x60, 1, silent());
                            b.ports(0x60, 1, silent());
                        });

        assertTrue(refusal.contains("owner=late (test.bundle 2.1.0) with port 0x60+1"), refusal);
    }

    @Test
    void refusesRam() throws Exception {
        assertEquals(
                "install failed: memory range taken: wanted=memory 0x1ffff8+16 by late (test.bundle"
                        + " 2.1.0), owner=RAM with memory 0x0+2097152",
                refusal(b -> b.memory(FakeVm.RAM - 8, 16, silent())));
    }

    @Test
    void takesTheFirstAddressBehindRam() throws Exception {
        try (TestMachine test = new TestMachine(1, new ByHand())) {
            test.plug("next", new TestDevice(b -> b.memory(FakeVm.RAM, 16, silent())));
            assertEquals("memory 0x200000+16", test.device("next").claims());
        }
    }

    @Test
    void refusesWhatWraps() throws Exception {
        assertTrue(
                refusal(b -> b.memory(-8, 16, silent()))
                        .contains("wanted at least one byte, not wrapping"));
    }

    @Test
    void refusesAnEmptyRangeAndPortsThatDoNotExist() throws Exception {
        String wanted = "wanted ports 0 to 0xffff, at least one";

        assertTrue(refusal(b -> b.ports(0x70, 0, silent())).contains(wanted));
        assertTrue(refusal(b -> b.ports(-1, 2, silent())).contains(wanted));
        assertTrue(refusal(b -> b.ports(0xFFFF, 2, silent())).contains(wanted));
        assertTrue(refusal(b -> b.ports(0, Integer.MAX_VALUE, silent())).contains(wanted));
        assertTrue(refusal(b -> b.memory(0xFEC0_0000L, 0, silent())).contains("at least one byte"));
        assertTrue(
                refusal(b -> b.memory(0xFEC0_0000L, -5, silent())).contains("at least one byte"));
    }

    @Test
    void refusesALineThatDoesNotExist() throws Exception {
        assertTrue(refusal(b -> b.interrupt(24)).contains("gsi=24"));
        assertTrue(refusal(b -> b.interrupt(-1)).contains("wanted 0 to 23"));
    }

    @Test
    void leavesNothingBehindOfARefusedDevice() throws Exception {
        try (TestMachine test = new TestMachine(1, new ByHand())) {
            test.plug("com1", TestDevice.at(0x3F8));
            Plug refused =
                    test.plug("two", TestDevice.at(0x2F8).with(b -> b.ports(0x3F8, 8, silent())));
            assertEquals(State.REFUSED, test.state("two"));
            assertEquals(0xFF, test.vm.in(0x2F8, 1));

            test.plug("com2", TestDevice.at(0x2F8));
            assertEquals(State.SERVING, test.state("com2"));
            test.machine.unplug(refused);
            assertEquals(
                    List.of("com1", "com2"),
                    test.machine.devices().stream().map(d -> d.name()).toList());
        }
    }

    @Test
    void movesABaseAddressRegisterWhereTheGuestWants() throws Exception {
        try (TestMachine test = new TestMachine(1, new ByHand())) {
            Claim[] bar = new Claim[1];
            TestDevice device =
                    new TestDevice(b -> {})
                            .with(b -> bar[0] = b.memoryUnmapped(0x1000, silent()))
                            .with(b -> b.ports(0x100, 1, silent()));
            test.plug("nic", device);
            test.plug("other", new TestDevice(b -> b.memory(0xFEC0_0000L, 0x1000, silent())));

            assertFalse(bar[0].mapped());
            assertTrue(bar[0].move(0xFEB0_0000L));
            assertEquals(0, test.vm.load(0xFEB0_0008L, 4));
            assertTrue(bar[0].move(0xFEB0_0800L)); // overlaps where it was
            assertEquals(0xFFFF_FFFFL, test.vm.load(0xFEB0_0008L, 4));
            assertEquals(0, test.vm.load(0xFEB0_17FCL, 4));

            assertFalse(bar[0].move(0xFEC0_0FFFL)); // taken
            assertFalse(bar[0].mapped());
            assertEquals(0xFFFF_FFFFL, test.vm.load(0xFEB0_17FCL, 4));
            assertFalse(bar[0].move(0)); // RAM
            assertFalse(bar[0].move(-8)); // wraps
            assertTrue(bar[0].move(0xFEB0_0000L));
            assertEquals(0, test.vm.load(0xFEB0_0008L, 4));
            assertEquals(
                    "memory",
                    test.machine.ranges().stream()
                            .filter(r -> r.first() == 0xFEB0_0000L)
                            .findAny()
                            .orElseThrow()
                            .type());

            bar[0].release();
            assertFalse(bar[0].move(0xFEB0_0000L));
            assertEquals("port 0x100+1", test.device("nic").claims());
        }
    }

    @Test
    void countsAClaimsAccessesWhereverItWas() throws Exception {
        try (TestMachine test = new TestMachine(1, new ByHand())) {
            Claim[] bar = new Claim[1];
            test.plug("nic", new TestDevice(b -> bar[0] = b.portsUnmapped(8, silent())));
            bar[0].move(0x100);
            test.vm.in(0x100, 1);
            bar[0].move(0x200);
            test.vm.in(0x200, 1);
            test.vm.out(0x201, 1, 0);
            bar[0].unmap();
            bar[0].unmap();

            assertEquals(2, test.machine.ranges().get(0).reads());
            assertEquals(1, test.machine.ranges().get(0).writes());
            assertEquals(0, test.machine.ranges().get(0).length());
            assertEquals("port unmapped+8", test.device("nic").claims());
            assertEquals(3, test.device("nic").requests());
        }
    }
}
