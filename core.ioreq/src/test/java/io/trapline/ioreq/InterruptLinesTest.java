package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.trapline.device.Board;
import io.trapline.device.InterruptLine;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DESIGN sections 4 and 5: the core shares a line among devices, and its level is part of a swap. */
class InterruptLinesTest {
    private TestMachine test;

    /** Raises line 4 while its cell 0 is set, as a UART does by its registers. */
    private static final class Raiser {
        final TestDevice device;
        InterruptLine line;

        Raiser(int port) {
            device = TestDevice.at(port).with(this::install);
            device.writes(
                    (offset, value) -> {
                        device.cells[(int) offset] = value;
                        derive();
                    });
            device.onReset = this::derive;
            device.onRestore = state -> derive();
        }

        private void install(Board board) {
            line = board.interrupt(4);
            assertFalse(line.raised(), "a device is given its line lowered");
        }

        private void derive() {
            if (device.cells[0] != 0) { // one that never raised does not lower
                line.raise();
            } else if (line.raised()) {
                line.lower();
            }
        }
    }

    @BeforeEach
    void start() throws Exception {
        test = new TestMachine(1, new ByHand());
    }

    @AfterEach
    void end() {
        test.close();
    }

    @Test
    void reachTheBackendWhenTheyChangeOnly() {
        test.plug("a", new Raiser(0x100).device);
        test.vm.out(0x100, 1, 0);
        test.vm.out(0x100, 1, 1);
        test.vm.out(0x100, 1, 1);
        test.vm.out(0x100, 1, 0);

        assertEquals(List.of("raise 4", "lower 4"), test.vm.interrupts);
    }

    @Test
    void areHighWhileAnyDeviceDrivesThem() {
        test.plug("a", new Raiser(0x100).device);
        test.plug("b", new Raiser(0x200).device);
        test.vm.out(0x100, 1, 1);
        test.vm.out(0x200, 1, 1);
        test.vm.out(0x100, 1, 0);
        assertEquals(List.of("raise 4"), test.vm.interrupts);
        test.vm.out(0x200, 1, 0);
        assertEquals(List.of("raise 4", "lower 4"), test.vm.interrupts);
    }

    @Test
    void areOneObjectForOneDevice() {
        Raiser raiser = new Raiser(0x100);
        test.plug("a", raiser.device);

        assertSame(raiser.line, raiser.device.board.interrupt(4));
        assertEquals(4, raiser.line.gsi());
    }

    @Test
    void stayHighWithoutAGlitchAcrossASwap() {
        Plug old = test.plug("a", new Raiser(0x100).device);
        test.vm.out(0x100, 1, 1);
        test.machine.unplug(old);
        assertEquals(List.of("raise 4"), test.vm.interrupts);

        test.machine.plug(TestMachine.plug("a", "2.0.0", new Raiser(0x100).device));
        assertEquals(List.of("raise 4"), test.vm.interrupts);
        test.vm.out(0x100, 1, 0);
        assertEquals(List.of("raise 4", "lower 4"), test.vm.interrupts);
    }

    @Test
    void dropIfTheSuccessorHasNoReasonToRaiseThem() {
        Raiser first = new Raiser(0x100);
        Plug old = test.plug("a", first.device);
        test.vm.out(0x100, 1, 1);
        first.device.onSave = () -> first.device.cells[0] = 0;
        test.machine.unplug(old);
        Raiser next = new Raiser(0x100);
        test.machine.plug(TestMachine.plug("a", "2.0.0", next.device));

        assertFalse(next.line.raised());
        assertEquals(List.of("raise 4", "lower 4"), test.vm.interrupts);
    }

    @Test
    void dropIfTheSuccessorDoesNotAskForThem() {
        Plug old = test.plug("a", new Raiser(0x100).device);
        test.vm.out(0x100, 1, 1);
        test.machine.unplug(old);
        test.machine.plug(TestMachine.plug("a", "2.0.0", TestDevice.at(0x100)));

        assertEquals(List.of("raise 4", "lower 4"), test.vm.interrupts);
    }

    @Test
    void dropWithTheirDeviceWhateverItDoesLater() {
        Raiser first = new Raiser(0x100);
        first.device.with(
                b -> {
                    first.line.raise();
                    throw new IllegalArgumentException("no more");
                });
        test.plug("a", first.device);

        assertEquals(List.of("raise 4", "lower 4"), test.vm.interrupts);
        first.line.lower();
        first.line.raise();
        assertEquals(2, test.vm.interrupts.size());
    }

    @Test
    void leaveTheOtherDeviceItsLevelWhenOneGoes() {
        Plug first = test.plug("a", new Raiser(0x100).device);
        test.plug("b", new Raiser(0x200).device);
        test.vm.out(0x100, 1, 1);
        test.vm.out(0x200, 1, 1);
        test.machine.unplug(first);
        test.machine.bundleGone(first.bundleId());

        assertEquals(List.of("raise 4"), test.vm.interrupts);
        assertEquals(0xFF, test.vm.in(0x100, 1));
    }

    @Test
    void passMessagesOnAndCountWhatIsRefused() {
        TestDevice device = TestDevice.at(0x100);
        Plug plug = test.plug("a", device);
        device.board.message(0xFEE0_0000L, 33);
        device.board.message(0x1234, 33);
        test.machine.unplug(plug);
        test.machine.bundleGone(plug.bundleId());
        device.board.message(0xFEE0_0000L, 34); // gone: says nothing any more

        assertEquals(List.of("0xfee00000=33", "0x1234=33"), test.vm.messages);
    }
}
