package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.VmStop;
import io.trapline.machine.ClientMode;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.MachineRow.State;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DESIGN section 5: the default client exists from before START until after PAUSE; teardown drains. */
class MachineLifeTest {
    private final ByHand hands = new ByHand();
    private TestMachine test;

    @BeforeEach
    void start() throws Exception {
        test = new TestMachine(2, hands);
    }

    @AfterEach
    void end() {
        test.close();
    }

    private State state() {
        return test.machine.row().state();
    }

    @Test
    void pausesAndResumesAsOftenAsAsked() {
        test.machine.pause();
        test.machine.pause();
        assertEquals(State.PAUSED, state());
        assertTrue(test.vm.paused);
        test.machine.resume();
        test.machine.resume();
        assertEquals(State.RUNNING, state());
        assertFalse(test.vm.paused);
    }

    @Test
    void isNotPausedWhereItCouldNotGoOn() {
        test.vm.resumable = false;
        IllegalStateException said = assertThrows(IllegalStateException.class, test.machine::pause);

        assertEquals(
                "machine main: backend fake cannot go on after a pause; reset or stop it instead",
                said.getMessage());
        assertFalse(test.vm.paused);
        test.machine.reset();
        assertEquals(State.RUNNING, state());
    }

    @Test
    void haltsItsGuestBeforeItEnds() {
        test.machine.halt();

        assertTrue(test.vm.paused);
        assertFalse(test.vm.closed);
    }

    @Test
    void answersARequestThatWasOnItsWayWhenItPaused() {
        test.plug("a", TestDevice.at(0x100));
        test.machine.pause();
        test.vm.send(0, IoRequestSlot.PORTIO, IoRequestSlot.READ, 0x100, 1, 0);
        assertEquals(0, test.vm.answer(0));
    }

    @Test
    void resetsDevicesAndForgetsRequests() {
        TestDevice device = TestDevice.at(0x100);
        Plug held = test.plug("held", TestDevice.at(0x200));
        test.plug("a", device);
        test.vm.out(0x100, 1, 9);
        test.machine.unplug(held);
        test.vm.send(1, IoRequestSlot.PORTIO, IoRequestSlot.READ, 0x200, 1, 0);
        test.machine.reset();

        assertEquals(2, device.resets);
        assertEquals(0, test.vm.in(0x100, 1));
        assertEquals(IoRequestSlot.FREE, test.vm.slots[1].state());
        TestDevice next = TestDevice.at(0x200);
        test.machine.plug(TestMachine.plug("held", "2.0.0", next));
        assertEquals(1, next.resets, "nothing to restore after a reset");
        assertEquals(IoRequestSlot.FREE, test.vm.slots[1].state());
        assertEquals(0, test.vm.completions.get(1));
        test.vm.send(1, IoRequestSlot.PORTIO, IoRequestSlot.READ, 0x200, 1, 0);
        assertEquals(0, test.vm.answer(1));
        assertEquals(4, test.machine.row().requests(), "one of them was forgotten");
    }

    @Test
    void staysPausedAfterAResetThatFailed() {
        test.vm.resetFailure = new IOException("no luck today");
        IllegalStateException said = assertThrows(IllegalStateException.class, test.machine::reset);
        assertEquals("machine main: reset failed: no luck today", said.getMessage());
        assertEquals(State.PAUSED, state());

        test.vm.resetFailure = null;
        test.machine.reset();
        assertEquals(State.RUNNING, state());
    }

    @Test
    void resetsFromAPauseToo() {
        test.machine.pause();
        test.machine.reset();
        assertEquals(State.RUNNING, state());
    }

    @Test
    void answersWhatIsHeldWhenItEnds() {
        Plug held = test.plug("held", TestDevice.at(0x200));
        test.machine.unplug(held);
        test.vm.send(1, IoRequestSlot.PORTIO, IoRequestSlot.READ, 0x200, 1, 0);
        test.machine.stop();
        hands.run();

        assertEquals(0xFF, test.vm.answer(1));
        assertEquals(State.STOPPED, state());
        assertTrue(test.vm.closed);
        assertEquals(DeviceRow.State.DETACHED, test.state("held"));
    }

    @Test
    void doesNothingMoreOnceItHasEnded() {
        test.machine.stop();
        test.machine.stop();
        test.machine.plug(TestMachine.plug("a", "1.0.0", TestDevice.at(0x100)));

        assertEquals(List.of(), test.machine.devices());
        for (Runnable verb :
                List.<Runnable>of(test.machine::pause, test.machine::resume, test.machine::reset)) {
            String refusal = assertThrows(IllegalStateException.class, verb::run).getMessage();
            assertTrue(refusal.startsWith("machine main is STOPPED: cannot "), refusal);
            assertTrue(refusal.endsWith("stopped by an administrator"), refusal);
        }
    }

    @Test
    void endsWithItsGuestAndSaysHow() {
        test.vm.stop(new VmStop(VmStop.Kind.SHUTDOWN, 1, "triple fault", Map.of("rip", 0xFFF0L)));
        hands.run();

        assertEquals(State.STOPPED, state());
        assertEquals(
                "guest shutdown, vcpu 1: triple fault; rip=0xfff0", test.machine.row().detail());
    }

    @Test
    void startsAgainWhenItsGuestAsksForAReset() {
        TestDevice device = TestDevice.at(0x100);
        test.plug("a", device);
        test.vm.stop(new VmStop(VmStop.Kind.RESET, 0, "keyboard controller", Map.of()));
        hands.run();

        assertEquals(State.RUNNING, state());
        assertEquals(2, device.resets);
    }

    @Test
    void namesTheDevicesThatThereAre() {
        test.plug("com1", TestDevice.at(0x3F8));
        String refusal =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> test.machine.map("com9", "own", ClientMode.INLINE))
                        .getMessage();

        assertEquals("no device com9 in machine main, there is [com1]", refusal);
        assertThrows(IllegalArgumentException.class, () -> test.machine.inspect("com9"));
        assertThrows(
                IllegalArgumentException.class,
                () -> test.machine.map("com1", "default", ClientMode.INLINE));
        assertThrows(
                IllegalArgumentException.class,
                () -> test.machine.map("com1", " ", ClientMode.INLINE));
        assertEquals(
                List.of("default", "com1"),
                test.machine.clients().stream().map(c -> c.name()).toList());
    }

    @Test
    void letsAClientGoWithItsLastDevice() {
        test.plug("a", TestDevice.at(0x100));
        test.plug("b", TestDevice.at(0x200));
        test.machine.map("a", "shared", ClientMode.DEDICATED);
        test.machine.map("b", "shared", ClientMode.DEDICATED);
        assertEquals(2, test.machine.clients().size());
        assertEquals("a, b", test.machine.clients().get(1).devices());
        assertEquals(2, test.machine.clients().get(1).ranges());
        test.machine.map("a", "a", ClientMode.INLINE);
        test.machine.map("b", "a", ClientMode.INLINE);

        assertEquals(
                List.of("default", "a"),
                test.machine.clients().stream().map(c -> c.name()).toList());
        assertEquals(0, test.vm.in(0x200, 1));
    }
}
