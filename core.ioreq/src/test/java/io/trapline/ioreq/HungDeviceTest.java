package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Claim;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.ClientMode;
import io.trapline.machine.DeviceRow.State;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DESIGN section 5, "Watchdog": a device that does not come back is left alone, everything else goes on. */
class HungDeviceTest {
    private static final Patience IMPATIENT =
            new Patience(TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.MINUTES.toNanos(1));

    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch inside = new CountDownLatch(1);
    private TestMachine test;
    private Thread vcpu0;

    @BeforeEach
    void start() throws Exception {
        test = new TestMachine(3);
        test.machine.patience(TestMachine.LITTLE);
    }

    @AfterEach
    void end() throws Exception {
        release.countDown();
        test.machine.patience(Patience.USUAL);
        if (vcpu0 != null) {
            vcpu0.join();
        }
        test.close();
    }

    private long hang() {
        inside.countDown();
        boolean interrupted = false;
        while (true) {
            try {
                release.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return 0x77;
    }

    private TestDevice hanging() {
        return TestDevice.at(0x100).reads(offset -> hang());
    }

    /** Has vCPU 0 enter the handler that hangs. */
    private void enter() throws Exception {
        vcpu0 = new Thread(() -> send(0, 0x100), "vcpu0");
        vcpu0.start();
        inside.await();
    }

    private void send(int vcpu, int port) {
        test.vm.send(vcpu, IoRequestSlot.PORTIO, IoRequestSlot.READ, port, 1, 0);
    }

    @Test
    void isQuarantinedWhenItIsUnpluggedAndItsVcpuIsAnswered() throws Exception {
        Plug bad = test.plug("bad", hanging());
        test.plug("good", TestDevice.at(0x200));
        enter();
        test.machine.unplug(bad);

        assertEquals(State.QUARANTINED, test.state("bad"));
        assertTrue(test.device("bad").detail().startsWith("hung while it was to be taken out"));
        assertEquals(0xFF, test.vm.answer(0));
        send(1, 0x100);
        assertEquals(0xFF, test.vm.answer(1), "the default client's now");
        send(1, 0x200);
        assertEquals(0, test.vm.answer(1));
    }

    @Test
    void completesNothingWhenItReturnsAtLast() throws Exception {
        Plug bad = test.plug("bad", hanging());
        test.plug("good", TestDevice.at(0x200));
        enter();
        test.machine.unplug(bad);
        test.vm.answer(0);
        // The vCPU's next request is open when the handler comes back.
        TestDevice good = new TestDevice(b -> {});
        good.with(b -> b.ports(0x300, 1, good)).reads(offset -> good.board.defer() == null ? 1 : 0);
        test.plug("late", good);
        send(0, 0x300);
        release.countDown();
        vcpu0.join();

        assertFalse(test.vm.isComplete(0));
        assertEquals(1, test.vm.completions.get(0));
    }

    @Test
    void letsThoseWhoWaitedForItsClientGoOn() throws Exception {
        Plug bad = test.plugAt("shared", "bad", hanging());
        TestDevice good = TestDevice.at(0x200);
        test.plugAt("shared", "good", good);
        enter();
        send(1, 0x200); // behind the hung one
        send(2, 0x100); // for the hung one
        int[] ran = {0};
        good.board.post(() -> ran[0]++);
        assertFalse(test.vm.isComplete(1));
        test.machine.unplug(bad);

        assertEquals(0, test.vm.answer(1));
        assertEquals(0xFF, test.vm.answer(2));
        assertEquals(0xFF, test.vm.answer(0));
        Await.until("the posted task has run", () -> test.machine.client("shared").waiting() == 0);
        assertEquals(1, ran[0]);
        assertEquals(State.SERVING, test.state("good"));
    }

    @Test
    void doesNotTakeAnotherDeviceOfItsClientWithIt() throws Exception {
        test.plugAt("shared", "bad", hanging());
        TestDevice first = TestDevice.at(0x200);
        Plug good = test.plugAt("shared", "good", first);
        first.cells[0] = 5;
        enter();
        test.machine.unplug(good); // waits for a baton that the other device keeps
        assertEquals(State.HOLDING, test.state("good"));
        test.await("bad", State.QUARANTINED);
        test.machine.plug(TestMachine.plugAt("shared", "good", "2.0.0", TestDevice.at(0x200)));
        send(1, 0x200);

        assertEquals(5, test.vm.answer(1), "its state was saved and handed over");
        assertEquals(0xFF, test.vm.answer(0));
    }

    @Test
    void leavesTimersAndBellsOfItsNeighbourGoing() throws Exception {
        test.vm.signals = true;
        Plug bad = test.plugAt("shared", "bad", hanging());
        TestDevice good = TestDevice.at(0x200);
        int[] ticks = {0};
        int[] rings = {0};
        io.trapline.device.Timers.Timer[] timer = new io.trapline.device.Timers.Timer[1];
        test.plugAt(
                "shared",
                "good",
                good.with(b -> timer[0] = b.timers().timer(() -> ticks[0]++))
                        .with(
                                b -> {
                                    Claim claim = b.ports(0x280, 1, good);
                                    b.doorbell(
                                            claim,
                                            0,
                                            1,
                                            java.util.OptionalLong.empty(),
                                            () -> rings[0]++);
                                }));
        good.board.post(() -> timer[0].at(1000));
        Await.until("the timer is armed", () -> timer[0].armed());
        enter();
        test.advance(1000); // both stand in the queue of the hung client
        test.vm.bells.get(0).rung().run();
        test.machine.unplug(bad);
        IoreqClient heir = test.machine.client("shared");
        Await.until("what stood in the queue is done", () -> heir.waiting() == 0);
        assertEquals(1, ticks[0]);
        assertEquals(1, rings[0]);

        heir.call(
                good.board instanceof DeviceBoard board ? board : null,
                () -> {
                    timer[0].at(2000);
                    return null;
                },
                1_000_000_000L);
        test.advance(1000);
        test.vm.bells.get(0).rung().run();
        Await.until("and again", () -> heir.waiting() == 0 && ticks[0] == 2 && rings[0] == 2);
    }

    @Test
    void leavesItsClientsModeToTheHeir() throws Exception {
        Plug bad = test.plug("bad", hanging());
        test.machine.map("bad", "own", ClientMode.DEDICATED);
        test.plugAt("own", "good", TestDevice.at(0x200));
        enter();
        vcpu0.join(); // a client with a thread of its own keeps no vCPU's
        test.machine.unplug(bad);

        assertEquals(ClientMode.DEDICATED, test.machine.client("own").mode());
        send(1, 0x200);
        assertEquals(0, test.vm.answer(1));
        assertEquals(0xFF, test.vm.answer(0));
    }

    @Test
    void isQuarantinedWhenItHangsInSave() {
        TestDevice device = TestDevice.at(0x100);
        device.onSave = this::hang;
        Plug bad = test.plug("bad", device);
        test.machine.unplug(bad);

        assertEquals(State.QUARANTINED, test.state("bad"));
        send(1, 0x100);
        assertEquals(0xFF, test.vm.answer(1));
        test.machine.plug(TestMachine.plug("bad", "2.0.0", TestDevice.at(0x100)));
        assertEquals(State.SERVING, test.state("bad"));
        String detail = test.device("bad").detail();
        assertTrue(
                detail.startsWith(
                        "began afresh, without the state of test.bundle 1.0.0: hung while"),
                detail);
        send(1, 0x100);
        assertEquals(0, test.vm.answer(1));
    }

    /** Others are impatient; it waits for the host's disk, for example. */
    private void mayTakeItsTime(Thread changing, String device) throws Exception {
        test.machine.patience(IMPATIENT);
        changing.start();
        inside.await();
        assertThrows(IllegalStateException.class, () -> test.machine.inspect(device));
        release.countDown();
        changing.join();
    }

    @Test
    void mayTakeItsTimeToSaveItsState() throws Exception {
        TestDevice device = TestDevice.at(0x100);
        device.onSave = this::hang;
        Plug slow = test.plug("slow", device);
        send(1, 0x100);
        mayTakeItsTime(new Thread(() -> test.machine.unplug(slow)), "slow");

        assertEquals(State.HOLDING, test.state("slow"));
    }

    @Test
    void mayTakeItsTimeToReset() throws Exception {
        TestDevice device = TestDevice.at(0x100);
        test.plug("slow", device);
        device.onReset = this::hang;
        mayTakeItsTime(new Thread(test.machine::reset), "slow");

        assertEquals(State.SERVING, test.state("slow"));
    }

    @Test
    void isLeftToSaveItsStateByANeighbourThatGoes() throws Exception {
        TestDevice device = TestDevice.at(0x100);
        device.onSave = this::hang;
        Plug slow = test.plugAt("shared", "slow", device);
        test.plugAt("shared", "good", TestDevice.at(0x200));
        test.machine.patience(IMPATIENT);
        IoreqClient client = test.machine.client("shared");
        Thread saving = new Thread(() -> test.machine.unplug(slow));
        saving.start();
        inside.await();
        Thread ejecting = new Thread(() -> test.machine.eject("good"));
        ejecting.start();
        Await.until("it has waited, and waits again", () -> client.waiting() == 3);
        release.countDown();
        saving.join();
        ejecting.join();

        assertEquals(State.HOLDING, test.state("slow"));
        assertEquals(State.DETACHED, test.state("good"));
    }

    @Test
    void isRefusedWhenItHangsInInstallAndClaimsNothingLater() throws Exception {
        TestDevice device =
                TestDevice.at(0x100).with(b -> hang()).with(b -> b.ports(0x180, 1, silent()));
        test.plug("bad", device);
        assertEquals(State.REFUSED, test.state("bad"));
        assertTrue(test.device("bad").detail().contains("hangs"), test.device("bad").detail());

        test.plug("next", TestDevice.at(0x100, 0x100));
        assertEquals(State.SERVING, test.state("next"));
        release.countDown();
        Await.until(
                "its call ends", () -> device.resets == 0 && test.machine.devices().size() == 2);
        send(1, 0x180);
        assertEquals(0, test.vm.answer(1));
    }

    private static TestDevice silent() {
        return new TestDevice(b -> {});
    }

    @Test
    void fallsToTheDefaultClientWhenItsSuccessorHangs() {
        Plug old = test.plug("a", TestDevice.at(0x100));
        test.machine.unplug(old);
        send(1, 0x100);
        TestDevice next = TestDevice.at(0x100);
        next.onRestore = state -> hang();
        test.machine.plug(TestMachine.plug("a", "2.0.0", next));

        assertEquals(State.REFUSED, test.state("a"));
        assertEquals(0xFF, test.vm.answer(1));
        test.machine.plug(TestMachine.plug("a", "3.0.0", TestDevice.at(0x100)));
        assertEquals(State.SERVING, test.state("a"));
        release.countDown();
        send(1, 0x100);
        assertEquals(0, test.vm.answer(1));
        assertEquals("3.0.0", test.device("a").version());
    }

    @Test
    void doesNotKeepAMachineFromResettingOrEnding() throws Exception {
        test.plug("bad", hanging());
        test.plug("good", TestDevice.at(0x200));
        enter();
        test.machine.reset();
        assertEquals(State.QUARANTINED, test.state("bad"));
        assertEquals(State.SERVING, test.state("good"));
        send(1, 0x200);
        assertEquals(0, test.vm.answer(1));
        test.machine.stop();
        assertTrue(test.vm.closed);
    }

    @Test
    void isToldToWhoeverWantsToLookOrMoveIt() throws Exception {
        test.plug("bad", hanging());
        enter();

        assertThrows(IllegalStateException.class, () -> test.machine.inspect("bad"));
        assertThrows(
                IllegalStateException.class,
                () -> test.machine.map("bad", "other", ClientMode.INLINE));
        assertEquals(List.of("bad"), test.machine.devices().stream().map(d -> d.name()).toList());
        assertEquals(State.SERVING, test.state("bad"));
        release.countDown();
        assertEquals(0x77, test.vm.answer(0), "it was slow, not dead");
    }

    @Test
    void takesNothingBackWhenItComesBack() throws Exception {
        Claim[] claim = new Claim[1];
        TestDevice device = new TestDevice(b -> {});
        device.with(b -> claim[0] = b.portsUnmapped(8, device))
                .with(b -> b.ports(0x100, 1, device))
                .reads(
                        offset -> {
                            hang();
                            assertFalse(claim[0].move(0x300));
                            assertThrows(
                                    IllegalStateException.class, () -> device.board.interrupt(3));
                            return 1;
                        });
        Plug bad = test.plug("bad", device);
        enter();
        test.machine.unplug(bad);
        release.countDown();
        vcpu0.join();
        test.plug("next", TestDevice.at(0x300));

        assertEquals(State.SERVING, test.state("next"));
        assertEquals(List.of(), test.vm.interrupts);
    }
}
