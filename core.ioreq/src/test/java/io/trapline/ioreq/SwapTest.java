package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Claim;
import io.trapline.device.Device;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.ClientMode;
import io.trapline.machine.DeviceRow.State;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DESIGN section 5: install, hold, take over, detach; no request is lost, none answered twice. */
class SwapTest {
    private final ByHand hands = new ByHand();
    private TestMachine test;

    @BeforeEach
    void start() throws Exception {
        test = new TestMachine(3, hands);
    }

    @AfterEach
    void end() {
        test.close();
    }

    private void send(int vcpu, int direction, int port, int value) {
        test.vm.send(vcpu, IoRequestSlot.PORTIO, direction, port, 1, value);
    }

    private void swap(Device next) {
        test.machine.plug(TestMachine.plug("a", "2.0.0", next));
        hands.run();
    }

    @Test
    void servesHeldRequestsInOrder() {
        List<Long> seen = new ArrayList<>();
        Plug old = test.plug("a", TestDevice.at(0x100));
        test.machine.unplug(old);
        for (int vcpu = 0; vcpu < 3; vcpu++) {
            send(vcpu, IoRequestSlot.WRITE, 0x100, 10 + vcpu);
            assertFalse(test.vm.isComplete(vcpu));
        }
        swap(TestDevice.at(0x100).writes((offset, value) -> seen.add(value)));

        assertEquals(List.of(10L, 11L, 12L), seen);
        for (int vcpu = 0; vcpu < 3; vcpu++) {
            test.vm.answer(vcpu);
            assertEquals(1, test.vm.completions.get(vcpu));
        }
        assertEquals(1, test.device("a").swaps());
        assertEquals(3, test.device("a").requests());
    }

    @Test
    void handsHeldRequestsToTheDefaultClientWhenTheHoldRunsOut() {
        Plug old = test.plug("a", TestDevice.at(0x100));
        test.machine.unplug(old);
        send(0, IoRequestSlot.READ, 0x100, 0);
        hands.expire(0);

        assertEquals(0xFF, test.vm.answer(0));
        assertEquals(List.of(), test.machine.devices());
        assertEquals(
                "DETACHED test.bundle 1.0.0: no successor came in time",
                test.events.get(test.events.size() - 1).detail());
        assertEquals(List.of(), test.machine.ranges());
    }

    private List<String> clients() {
        return test.machine.clients().stream().map(c -> c.name()).toList();
    }

    @Test
    void leavesNothingOfADeviceWhoseServiceIsGone() {
        Plug[] plugs = {
            test.plug("held", TestDevice.at(0x100)),
            test.plug("ejected", TestDevice.at(0x200)),
            test.plug("refused", TestDevice.at(0x200, 0x10000))
        };
        test.machine.map("held", "own", ClientMode.DEDICATED);
        test.machine.eject("ejected");
        assertEquals(List.of("default", "own"), clients(), "who answers nothing has no client");
        assertEquals(3, test.machine.devices().size(), "their services are there");
        for (Plug plug : plugs) {
            test.machine.unplug(plug);
        }
        hands.expire(0);

        assertEquals(List.of(), test.machine.devices());
        assertEquals(List.of("default"), clients());
        test.plug("held", TestDevice.at(0x100));
        assertEquals(0, test.vm.in(0x100, 1));
    }

    @Test
    void leavesNothingOfADeviceThatIsTakenOutWhileItHolds() {
        Plug old = test.plug("a", TestDevice.at(0x100));
        test.machine.unplug(old);
        test.machine.remove("a");

        assertEquals(List.of(), test.machine.devices());
        assertEquals(List.of("default"), clients());
    }

    @Test
    void installsARivalInThePlaceOfADeviceThatWasTakenOut() {
        Plug one = test.plug("a", TestDevice.at(0x100));
        test.machine.plug(TestMachine.plug("a", "2.0.0", TestDevice.at(0x100)));
        test.machine.eject("a");
        test.machine.unplug(one);

        assertEquals("2.0.0", test.device("a").version());
        assertEquals(State.SERVING, test.state("a"));
    }

    @Test
    void forgetsADeadlineThatASuccessorHasMet() {
        Plug old = test.plug("a", TestDevice.at(0x100));
        test.machine.unplug(old);
        TestDevice next = TestDevice.at(0x100);
        Plug plug = TestMachine.plug("a", "2.0.0", next);
        test.machine.plug(plug);
        test.machine.unplug(plug);
        send(0, IoRequestSlot.READ, 0x100, 0);
        hands.expire(0);

        assertEquals(
                State.HOLDING, test.state("a"), "the first hold's deadline is not the second's");
        assertFalse(test.vm.isComplete(0));
        swap(TestDevice.at(0x100));
        assertEquals(0, test.vm.answer(0));
    }

    @Test
    void fallsToTheDefaultClientWhenRestoreRefuses() {
        TestDevice first = TestDevice.at(0x100);
        Plug old = test.plug("a", first);
        test.machine.unplug(old);
        send(0, IoRequestSlot.READ, 0x100, 0);
        TestDevice next = TestDevice.at(0x100);
        next.onRestore =
                state -> {
                    throw new IllegalArgumentException("state not understood: schema=cells");
                };
        swap(next);

        assertEquals(State.REFUSED, test.state("a"));
        assertEquals(
                "the swap failed: state not understood: schema=cells", test.device("a").detail());
        assertEquals(0xFF, test.vm.answer(0));
        assertEquals("", test.device("a").claims());
        test.plug("b", TestDevice.at(0x100));
        assertEquals(State.SERVING, test.state("b"), "nothing remains claimed");
    }

    @Test
    void fallsToTheDefaultClientWhenInstallThrowsHalfWay() {
        Plug old = test.plug("a", TestDevice.at(0x100).with(b -> b.interrupt(4).raise()));
        test.plug("b", TestDevice.at(0x200));
        test.machine.unplug(old);
        send(0, IoRequestSlot.READ, 0x100, 0);
        swap(TestDevice.at(0x100).with(b -> b.ports(0x300, 1, silent())).with(b -> taken(b)));

        assertEquals(State.REFUSED, test.state("a"));
        assertTrue(test.device("a").detail().contains("owner=b (test.bundle 1.0.0)"));
        assertEquals(0xFF, test.vm.answer(0));
        assertEquals(List.of("raise 4", "lower 4"), test.vm.interrupts);
        test.plug("c", TestDevice.at(0x300));
        assertEquals(State.SERVING, test.state("c"), "nothing half-installed remains");
    }

    private static void taken(io.trapline.device.Board board) {
        board.ports(0x200, 1, silent());
    }

    private static TestDevice silent() {
        return new TestDevice(b -> {});
    }

    @Test
    void refusesADeviceWhoseInstallOrResetThrowsAnything() {
        List<Runnable> throwers =
                List.of(
                        () -> {
                            throw new IllegalStateException("no");
                        },
                        () -> {
                            throw new NoClassDefFoundError("gone");
                        },
                        () -> {
                            throw new java.util.ServiceConfigurationError("an Error of its own");
                        },
                        () -> recurse(0));
        for (Runnable thrower : throwers) {
            Plug one = test.plug("a", TestDevice.at(0x100).with(b -> thrower.run()));
            assertEquals(State.REFUSED, test.state("a"));
            assertTrue(test.device("a").detail().startsWith("install failed: "));
            assertEquals(0xFF, test.vm.in(0x100, 1));
            test.machine.unplug(one);

            TestDevice bad = TestDevice.at(0x100);
            bad.onReset = thrower;
            Plug two = test.plug("a", bad);
            assertEquals(State.REFUSED, test.state("a"));
            assertEquals(0xFF, test.vm.in(0x100, 1));
            test.machine.unplug(two);
        }
        test.plug("a", TestDevice.at(0x100));
        assertEquals(State.SERVING, test.state("a"));
    }

    private static int recurse(int depth) {
        return depth < 0 ? depth : recurse(depth + 1) + 1;
    }

    @Test
    void startsTheSuccessorAfreshWhenThePredecessorCannotSave() {
        TestDevice first = TestDevice.at(0x100);
        first.onSave =
                () -> {
                    throw new IllegalStateException("on purpose");
                };
        Plug old = test.plug("a", first);
        test.vm.out(0x100, 1, 9);
        test.machine.unplug(old);
        TestDevice next = TestDevice.at(0x100);
        swap(next);

        assertEquals(State.SERVING, test.state("a"));
        assertEquals(1, next.resets);
        assertEquals(0, test.vm.in(0x100, 1));
        assertEquals(1, test.device("a").faults());
    }

    @Test
    void lowersNothingWhileItHolds() {
        TestDevice first = TestDevice.at(0x100).with(b -> b.interrupt(4).raise());
        Plug old = test.plug("a", first);
        test.machine.unplug(old);

        assertEquals(List.of("raise 4"), test.vm.interrupts);
        assertEquals("port 0x100+8", test.device("a").claims());
    }

    @Test
    void runsNoTaskOfTheOldDeviceWhileItHolds() {
        TestDevice first = TestDevice.at(0x100);
        Plug old = test.plug("a", first);
        test.machine.unplug(old);
        first.board.post(() -> first.cells[0] = 77);
        hands.run();

        assertEquals(0, first.cells[0]);
    }

    @Test
    void takesOverMoreAndLessThanThePredecessorHad() {
        Plug old = test.plug("a", TestDevice.at(0x100).with(b -> b.ports(0x180, 8, silent())));
        test.machine.unplug(old);
        send(0, IoRequestSlot.READ, 0x180, 0);
        swap(TestDevice.at(0xFC, 16).with(b -> b.ports(0x300, 8, silent())));

        assertEquals("port 0xfc+16, port 0x300+8", test.device("a").claims());
        assertEquals(0xFF, test.vm.answer(0), "its place fell to the default client");
        assertEquals(0, test.vm.in(0x108, 1));
        test.plug("b", TestDevice.at(0x180));
        assertEquals(State.SERVING, test.state("b"));
    }

    @Test
    void neverShowsTheGuestAGapWhileOthersChangeTheMap() {
        test.vm.signals = true;
        TestDevice first = TestDevice.at(0x100);
        Claim[] second = new Claim[1];
        first.with(b -> second[0] = b.ports(0x180, 8, silent()))
                .with(b -> b.doorbell(second[0], 0, 1, OptionalLong.empty(), () -> {}));
        Plug old = test.plug("a", first);
        test.machine.unplug(old);
        boolean[] asked = {false};
        test.vm.beforeSilence =
                () -> {
                    test.plug("b", TestDevice.at(0x200));
                    send(0, IoRequestSlot.READ, 0x100, 0);
                    asked[0] = true;
                };
        swap(TestDevice.at(0x100));
        hands.run();

        assertTrue(asked[0]);
        assertEquals(0, test.vm.answer(0), "held for the successor, not read from the open bus");
    }

    @Test
    void looksUpAgainWhatWaitsBehindAMove() {
        Claim[] bar = new Claim[2];
        TestDevice first = TestDevice.at(0x100);
        Plug old =
                test.plug(
                        "a",
                        first.with(b -> bar[0] = b.memoryUnmapped(0x1000, first))
                                .writes((offset, value) -> bar[0].move(value << 12)));
        test.vm.out(0x100, 4, 0xFEB00);
        test.machine.unplug(old);
        test.vm.send(0, IoRequestSlot.PORTIO, IoRequestSlot.WRITE, 0x100, 4, 0xFEC00);
        test.vm.send(1, IoRequestSlot.MMIO, IoRequestSlot.READ, 0xFEB0_0000L, 4, 0);
        TestDevice next = TestDevice.at(0x100);
        swap(
                next.with(
                                b -> {
                                    bar[1] = b.memoryUnmapped(0x1000, next);
                                    bar[1].move(0xFEB0_0000L);
                                })
                        .writes((offset, value) -> bar[1].move(value << 12)));

        test.vm.answer(0);
        assertEquals(0xFFFF_FFFFL, test.vm.answer(1), "it has moved away");
        assertEquals(0, test.vm.load(0xFEC0_0000L, 4));
    }

    @Test
    void servesWhatComesWhileTheSuccessorIsInstalled() {
        Plug old = test.plug("a", TestDevice.at(0x100));
        test.vm.out(0x100, 1, 6);
        test.machine.unplug(old);
        TestDevice next = TestDevice.at(0x100);
        swap(next.with(b -> send(1, IoRequestSlot.READ, 0x100, 0)));

        assertEquals(6, test.vm.answer(1));
    }

    @Test
    void letsARivalWaitForItsTurn() {
        Plug one = test.plug("a", TestDevice.at(0x100));
        test.vm.out(0x100, 1, 42);
        TestDevice rival = TestDevice.at(0x100);
        Plug two = TestMachine.plug("a", "2.0.0", rival);
        test.machine.plug(two);
        assertEquals("1.0.0", test.device("a").version());
        test.machine.unplug(one);
        hands.run();

        assertEquals("2.0.0", test.device("a").version());
        assertEquals(42, test.vm.in(0x100, 1), "state and all");
        assertEquals(1, test.device("a").swaps());
    }

    @Test
    void forgetsARivalThatGoesBeforeItsTurn() {
        Plug one = test.plug("a", TestDevice.at(0x100));
        Plug two = TestMachine.plug("a", "2.0.0", TestDevice.at(0x100));
        test.machine.plug(two);
        test.machine.unplug(two);
        test.machine.unplug(one);

        assertEquals(State.HOLDING, test.state("a"));
    }

    @Test
    void movesToTheClientThatTheSuccessorIsConfiguredFor() {
        Plug old = test.plug("a", TestDevice.at(0x100));
        test.machine.unplug(old);
        test.machine.plug(TestMachine.plugAt("slow", "a", "2.0.0", TestDevice.at(0x100)));

        assertEquals("slow", test.device("a").client());
        assertEquals(0, test.vm.in(0x100, 1));
        assertEquals(
                List.of("default", "slow"),
                test.machine.clients().stream().map(c -> c.name()).toList());
    }

    @Test
    void staysWhereAnAdministratorPutIt() {
        Plug old = test.plug("a", TestDevice.at(0x100));
        test.machine.map("a", "own", ClientMode.INLINE);
        test.machine.unplug(old);
        send(0, IoRequestSlot.READ, 0x100, 0);
        swap(TestDevice.at(0x100));

        assertEquals("own", test.device("a").client());
        assertEquals(0, test.vm.answer(0));
    }

    @Test
    void movesBeforeAnythingIsPluggedIn() {
        Bay empty = new Bay(test.machine, "a");
        IoreqClient first = test.machine.client("first");
        IoreqClient second = test.machine.client("second");
        empty.map(first);
        empty.map(second);
        assertEquals(second, empty.client());
        empty.leave(second, first);
        assertEquals(first, empty.client());
    }

    @Test
    void movesWhileItHolds() {
        Plug old = test.plug("a", TestDevice.at(0x100));
        test.vm.out(0x100, 1, 8);
        test.machine.unplug(old);
        send(0, IoRequestSlot.READ, 0x100, 0);
        test.machine.map("a", "own", ClientMode.INLINE);
        send(1, IoRequestSlot.READ, 0x100, 0);
        swap(TestDevice.at(0x100));

        assertEquals(8, test.vm.answer(0));
        assertEquals(8, test.vm.answer(1));
    }

    @Test
    void emptiesThePlaceOfABundleThatIsGone() {
        Plug old = test.plug("a", TestDevice.at(0x100));
        test.machine.unplug(old);
        test.machine.bundleGone(old.bundleId());

        assertEquals(List.of(), test.machine.devices());
        assertEquals(
                List.of("default"), test.machine.clients().stream().map(c -> c.name()).toList());
    }

    @Test
    void showsItselfWithoutTheGuestsSideEffects() {
        Plug old = test.plug("a", TestDevice.at(0x100));

        assertEquals("1", test.machine.inspect("a").children().get(0).value());
        test.machine.unplug(old);
        String refusal =
                org.junit.jupiter.api.Assertions.assertThrows(
                                IllegalStateException.class, () -> test.machine.inspect("a"))
                        .getMessage();
        assertEquals("device a is HOLDING: there is nothing to see", refusal);
    }
}
