package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Claim;
import io.trapline.device.Deferred;
import io.trapline.device.Timers;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.ClientMode;
import io.trapline.machine.DeviceRow.State;
import io.trapline.machine.MachineEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * DESIGN section 5, "Watchdog". There are no deadlines but those that a test lets come: a look is a second, a
 * device is slow after one and hung after five.
 */
class WatchdogTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final ByHand hands = new ByHand();
    private final Trap trap = new Trap();
    private final List<Trap> traps = new ArrayList<>(List.of(trap));
    private final List<Thread> threads = new ArrayList<>();
    private TestMachine test;

    @BeforeEach
    void start() throws Exception {
        begin(SECOND, 5 * SECOND);
    }

    private void begin(long slow, long hung) throws IOException {
        test = new TestMachine(TestMachine.spec(3, slow, hung), hands);
    }

    @AfterEach
    void end() throws Exception {
        traps.forEach(Trap::open);
        for (Thread thread : threads) {
            thread.join();
        }
        test.machine.patience(new Patience(Patience.FOR_EVER, Patience.FOR_EVER));
        test.close();
    }

    private Trap trap() {
        Trap another = new Trap();
        traps.add(another);
        return another;
    }

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task);
        threads.add(thread);
        thread.start();
        return thread;
    }

    /** Has a vCPU enter a handler that hangs. */
    private Thread enter(int vcpu, int port, Trap in) {
        Thread thread = thread(() -> send(vcpu, port));
        in.awaitCaught();
        return thread;
    }

    private void send(int vcpu, int port) {
        test.vm.send(vcpu, IoRequestSlot.PORTIO, IoRequestSlot.READ, port, 1, 0);
    }

    private long in(int vcpu, int port) {
        send(vcpu, port);
        return test.vm.answer(vcpu);
    }

    private TestDevice hanging() {
        return TestDevice.at(0x100).reads(offset -> trap.enter(0x77));
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            hands.expire(0);
        }
    }

    /** What a look sees first counts from there. */
    private void seconds(int seconds) {
        look(1 + seconds);
    }

    private List<String> told(String device) {
        return test.events.stream()
                .filter(e -> e.subject().equals(device))
                .map(MachineEvent::detail)
                .toList();
    }

    private List<String> slow(String device) {
        return told(device).stream().filter(d -> d.startsWith("is slow")).toList();
    }

    // ---- the report ----

    @Test
    void reportsOnceAndDoesNothingElse() throws Exception {
        test.plug("bad", hanging());
        Thread vcpu = enter(0, 0x102, trap);
        look(1);
        assertEquals(List.of(), slow("bad"));
        look(4);

        assertEquals(
                List.of(
                        "is slow: 1000 ms or more in a read of port 0x102+1 by vCPU 0; counts as"
                                + " hung after 5000 ms"),
                slow("bad"));
        assertEquals(State.SERVING, test.state("bad"));
        assertFalse(test.vm.isComplete(0));
        trap.open();
        vcpu.join();
        assertEquals(0x77, test.vm.answer(0), "it was slow, not hung");
        look(10);
        assertEquals(1, slow("bad").size());
        assertEquals(State.SERVING, test.state("bad"));
    }

    @Test
    void isNotFooledByRequestsThatComeOneAfterTheOther() throws Exception {
        Trap[] now = {null};
        test.plug("busy", TestDevice.at(0x100).reads(offset -> now[0].enter(offset)));
        for (int i = 0; i < 20; i++) {
            now[0] = trap();
            Thread vcpu = enter(0, 0x100, now[0]);
            look(1); // always in the middle of the same access to the same port by the same vCPU
            now[0].open();
            vcpu.join();
            test.vm.answer(0);
        }

        assertEquals(List.of(), slow("busy"));
        assertEquals(State.SERVING, test.state("busy"));
    }

    @Test
    void isNotFooledByTasksThatComeOneAfterTheOther() throws Exception {
        Trap[] now = {null};
        TestDevice busy = TestDevice.at(0x100);
        test.plug("busy", busy);
        Runnable same = () -> now[0].enter(0);
        for (int i = 0; i < 20; i++) {
            now[0] = trap();
            busy.board.post(same);
            Thread worker = thread(hands::run);
            now[0].awaitCaught();
            look(1);
            now[0].open();
            worker.join();
        }

        assertEquals(List.of(), slow("busy"));
        assertEquals(State.SERVING, test.state("busy"));
    }

    // ---- the hard deadline ----

    @Test
    void answersForADeviceThatHangsAndPutsItAway() throws Exception {
        test.plug("bad", hanging());
        test.plug("good", TestDevice.at(0x200));
        Thread vcpu = enter(0, 0x100, trap);
        seconds(4);
        assertFalse(test.vm.isComplete(0));
        look(1);

        assertEquals(State.QUARANTINED, test.state("bad"));
        assertEquals(0xFF, test.vm.answer(0));
        assertEquals(1, test.vm.lost.get(), "the backend may need another thread");
        assertEquals(0xFF, in(0, 0x100), "the default client's now");
        assertEquals(0, in(1, 0x200));
        trap.open();
        vcpu.join();
        hands.run();
        assertEquals(2, test.vm.completions.get(0), "its late answer is dropped");
        look(10);
        assertEquals(1, test.vm.lost.get());
        assertEquals(
                List.of(
                        "QUARANTINED test.bundle 1.0.0: hung, and kept its ioreq client from others"),
                told("bad").subList(told("bad").size() - 1, told("bad").size()));
    }

    @Test
    void takesASuccessorForADeviceThatHung() {
        Plug bad = test.plug("bad", hanging());
        enter(0, 0x100, trap);
        seconds(5);
        test.machine.unplug(bad);
        test.machine.plug(TestMachine.plug("bad", "2.0.0", TestDevice.at(0x100)));

        assertEquals(State.SERVING, test.state("bad"));
        assertEquals(0, in(1, 0x100));
    }

    @Test
    void leavesTheNeighboursOfItsClientGoing() {
        test.plugAt("shared", "bad", hanging());
        TestDevice good = TestDevice.at(0x200);
        test.plugAt("shared", "good", good);
        enter(0, 0x100, trap);
        send(1, 0x200); // behind the hung one
        send(2, 0x100); // for the hung one
        int[] ran = {0};
        good.board.post(() -> ran[0]++);
        seconds(5);

        assertEquals(0, test.vm.answer(1));
        assertEquals(0xFF, test.vm.answer(2));
        assertEquals(0xFF, test.vm.answer(0));
        assertEquals(1, ran[0]);
        assertEquals(State.SERVING, test.state("good"));
        assertEquals(0, in(1, 0x200));
        assertEquals(0, test.machine.client("shared").waiting());
    }

    @Test
    void leavesAThreadOfItsOwnToTheHeirOfADedicatedClient() throws Exception {
        test.plug("bad", hanging());
        test.machine.map("bad", "own", ClientMode.DEDICATED);
        test.plugAt("own", "good", TestDevice.at(0x200));
        send(0, 0x100);
        trap.awaitCaught();
        seconds(5);

        assertEquals(State.QUARANTINED, test.state("bad"));
        assertEquals(0xFF, test.vm.answer(0));
        assertEquals(ClientMode.DEDICATED, test.machine.client("own").mode());
        assertEquals(0, in(1, 0x200));
    }

    @Test
    void givesUpTwoAtOnce() {
        Trap other = trap();
        test.plug("bad", hanging());
        test.plug("worse", TestDevice.at(0x200).reads(offset -> other.enter(0)));
        test.plug("good", TestDevice.at(0x300));
        enter(0, 0x100, trap);
        enter(1, 0x200, other);
        seconds(5);

        assertEquals(State.QUARANTINED, test.state("bad"));
        assertEquals(State.QUARANTINED, test.state("worse"));
        assertEquals(0xFF, test.vm.answer(0));
        assertEquals(0xFF, test.vm.answer(1));
        assertEquals(2, test.vm.lost.get());
        assertEquals(0, in(2, 0x300));
    }

    @Test
    void givesUpTwoOfOneClientOneAfterTheOther() {
        Trap other = trap();
        test.plugAt("shared", "bad", hanging());
        test.plugAt("shared", "worse", TestDevice.at(0x200).reads(offset -> other.enter(0)));
        test.plugAt("shared", "good", TestDevice.at(0x300));
        enter(0, 0x100, trap);
        send(1, 0x200);
        look(5);
        thread(() -> hands.expire(0)); // gives up the first; the second hangs on this very worker
        other.awaitCaught();
        Await.until("the first is given up", () -> !hands.later.isEmpty());
        hands.run();
        assertEquals(State.QUARANTINED, test.state("bad"));
        seconds(4);
        assertEquals(State.SERVING, test.state("worse"), "it has its own five seconds");
        look(1);

        assertEquals(State.QUARANTINED, test.state("worse"));
        assertEquals(0xFF, test.vm.answer(0));
        assertEquals(0xFF, test.vm.answer(1));
        assertEquals(0, in(2, 0x300));
    }

    // ---- tasks ----

    @Test
    void givesUpADeviceThatHangsInATaskOnAWorker() {
        TestDevice bad = TestDevice.at(0x100);
        test.plug("bad", bad);
        bad.board.post(() -> trap.enter(0));
        thread(hands::run);
        trap.awaitCaught();
        send(0, 0x100);
        look(2);
        assertEquals(
                List.of(
                        "is slow: 1000 ms or more in a task of its own; counts as hung after 5000"
                                + " ms"),
                slow("bad"));
        look(4);

        assertEquals(State.QUARANTINED, test.state("bad"));
        assertEquals(0xFF, test.vm.answer(0));
        assertEquals(1, test.vm.lost.get());
    }

    @Test
    void givesUpADeviceThatHangsInATaskOnTheThreadThatBroughtARequest() throws Exception {
        Trap task = trap();
        TestDevice bad = hanging();
        test.plug("bad", bad);
        enter(0, 0x100, trap);
        bad.board.post(() -> task.enter(0)); // run by the vCPU's thread once it has answered
        trap.open();
        task.awaitCaught();
        assertEquals(0x77, test.vm.answer(0));
        send(1, 0x100);
        seconds(5);

        assertEquals(State.QUARANTINED, test.state("bad"));
        assertEquals(0xFF, test.vm.answer(1));
        assertEquals(1, test.vm.lost.get(), "the backend's thread is inside, though no request");
    }

    @Test
    void givesUpADeviceThatHangsInATimer() {
        Timers.Timer[] timer = {null};
        TestDevice bad = TestDevice.at(0x100);
        bad.with(b -> timer[0] = b.timers().timer(() -> trap.enter(0)))
                .writes((offset, value) -> timer[0].at(1000));
        test.plug("bad", bad);
        test.vm.out(0x100, 1, 1);
        test.advance(1000);
        thread(hands::run);
        trap.awaitCaught();
        seconds(5);

        assertEquals(State.QUARANTINED, test.state("bad"));
    }

    @Test
    void givesUpADeviceThatHangsInADoorbellThatARequestRings() {
        TestDevice bad = TestDevice.at(0x100);
        bad.with(
                b -> {
                    Claim claim = b.ports(0x180, 1, bad);
                    b.doorbell(claim, 0, 1, OptionalLong.empty(), () -> trap.enter(0));
                });
        test.plug("bad", bad);
        thread(() -> test.vm.send(0, IoRequestSlot.PORTIO, IoRequestSlot.WRITE, 0x180, 1, 1));
        trap.awaitCaught();
        seconds(5);

        assertEquals(State.QUARANTINED, test.state("bad"));
        test.vm.answer(0);
    }

    @Test
    void givesUpADeviceThatHangsWhenItIsLookedAt() {
        test.machine.patience(new Patience(2 * SECOND, 10 * SECOND));
        TestDevice bad = TestDevice.at(0x100);
        bad.onInspect = () -> trap.enter(0);
        plugged("bad", "bad", bad);
        thread(() -> inspect("bad"));
        Await.until("it is to be looked at", () -> !hands.idle());
        thread(hands::run);
        trap.awaitCaught();
        seconds(5);

        assertEquals(State.QUARANTINED, test.state("bad"), "who looked may be gone; it hangs");
    }

    /** As many as there is work for: some of them wait for each other. */
    private void severalWorkersUntil(BooleanSupplier reached) {
        while (!reached.getAsBoolean()) {
            if (!hands.idle()) {
                thread(hands::run);
            }
            Thread.yield();
        }
    }

    private void inspect(String device) {
        try {
            test.machine.inspect(device);
        } catch (IllegalStateException e) {
            // it did not show itself within the patience that there is
        }
    }

    /** Does something that waits for what workers do. */
    private void workers(Runnable waits) {
        Thread thread = thread(waits);
        while (thread.isAlive()) {
            hands.run();
            Thread.yield();
        }
    }

    /** Plugs a device in when that waits for workers. */
    private Plug plugged(String client, String name, TestDevice device) {
        Plug[] plug = {null};
        workers(() -> plug[0] = test.plugAt(client, name, device));
        return plug[0];
    }

    // ---- installs and swaps ----

    @Test
    void leavesAnInstallThePatienceThatItHas() throws Exception {
        test.machine.patience(new Patience(2 * SECOND, 60 * SECOND));
        TestDevice late = TestDevice.at(0x100).with(b -> trap.enter(0));
        Thread installing = thread(() -> test.plug("late", late));
        Await.until("it is to be installed", () -> !hands.idle());
        thread(hands::run);
        trap.awaitCaught();
        seconds(59);
        assertEquals(
                List.of(
                        "is slow: 1000 ms or more in a call that changes or shows it; counts as"
                                + " hung after 60000 ms"),
                slow("late"));
        trap.open();
        installing.join();

        assertEquals(State.SERVING, test.state("late"));
        assertEquals(0, in(0, 0x100));
    }

    @Test
    void givesUpAnInstallThatTakesLonger() throws Exception {
        test.machine.patience(new Patience(60 * SECOND, 60 * SECOND));
        plugged("shared", "good", TestDevice.at(0x200));
        TestDevice late = TestDevice.at(0x100).with(b -> trap.enter(0));
        Thread installing = thread(() -> test.plugAt("shared", "late", late));
        Await.until("it is to be installed", () -> !hands.idle());
        thread(hands::run);
        trap.awaitCaught();
        seconds(59);
        IoreqClient client = test.machine.client("shared");
        hands.later.remove(0).run();
        severalWorkersUntil(() -> test.machine.client("shared") != client);
        send(0, 0x200); // the neighbour goes on before anybody gives up waiting
        severalWorkersUntil(() -> test.vm.isComplete(0));
        assertEquals(0, test.vm.answer(0));
        trap.open();
        installing.join();

        assertEquals(State.REFUSED, test.state("late"), "it came back too late");
        assertEquals(0xFF, in(0, 0x100));
    }

    @Test
    void doesNotSaveADeviceThatHangsWhileItIsUnplugged() throws Exception {
        test.machine.patience(new Patience(60 * SECOND, 60 * SECOND));
        TestDevice bad = hanging();
        int[] saves = {0};
        bad.onSave = () -> saves[0]++;
        Plug plug = plugged("bad", "bad", bad);
        enter(0, 0x100, trap);
        look(1);
        IoreqClient client = test.machine.client("bad");
        Thread unplugging = thread(() -> test.machine.unplug(plug));
        Await.until("it waits for the baton", () -> client.waiting() == 2);
        look(4);
        hands.later.remove(0).run();
        severalWorkersUntil(() -> !unplugging.isAlive());

        assertEquals(0, saves[0], "its handler is still inside");
        assertEquals(State.QUARANTINED, test.state("bad"));
        assertEquals(0xFF, test.vm.answer(0));
    }

    @Test
    void keepsTheHeirOfADeviceThatIsResetBeforeAllKnowThatItHangs() {
        test.plugAt("shared", "bad", hanging());
        test.plugAt("shared", "good", TestDevice.at(0x200));
        enter(0, 0x100, trap);
        IoreqClient client = test.machine.client("shared");
        assertTrue(test.machine.giveUp(client, client.occupation()));
        IoreqClient heir = test.machine.client("shared");
        test.machine.reset(); // before a worker has told its bay

        assertEquals(State.QUARANTINED, test.state("bad"));
        assertEquals(State.SERVING, test.state("good"));
        assertEquals(heir, test.machine.client("shared"));
    }

    // ---- when it comes back ----

    @Test
    void findsNothingToDoWhenTheDeviceReturnsJustThen() throws Exception {
        test.plugAt("shared", "late", hanging());
        test.plugAt("shared", "good", TestDevice.at(0x200));
        IoreqClient client = test.machine.client("shared");
        Thread vcpu = enter(0, 0x100, trap);
        Occupation seen = client.occupation();
        send(1, 0x200);
        trap.open();
        vcpu.join();

        assertFalse(test.machine.giveUp(client, seen));
        hands.run();
        assertEquals(client, test.machine.client("shared"));
        assertEquals(0x77, test.vm.answer(0));
        assertEquals(0, test.vm.answer(1));
        assertEquals(0, in(0, 0x200));
        assertEquals(0, client.waiting());
        assertEquals(0, test.vm.lost.get());
    }

    @Test
    void lendsItNothingOfItsHeirWhenItComesBack() throws Exception {
        Trap neighbours = trap();
        String[] said = {""};
        TestDevice bad = TestDevice.at(0x100);
        bad.reads(
                offset -> {
                    trap.enter(0);
                    said[0] =
                            assertThrows(IllegalStateException.class, () -> bad.board.defer())
                                    .getMessage();
                    return 0;
                });
        test.plugAt("shared", "bad", bad);
        test.plugAt("shared", "good", TestDevice.at(0x200).reads(o -> neighbours.enter(0x22)));
        Thread vcpu = enter(0, 0x100, trap);
        seconds(5);
        Thread other = enter(1, 0x200, neighbours);
        trap.open();
        vcpu.join(); // it has tried to take the answer of its neighbour, whose handler is inside
        neighbours.open();
        other.join();

        assertTrue(said[0].contains("is gone"), said[0]);
        assertEquals(0x22, test.vm.answer(1));
    }

    @Test
    void answersOnlyWhatItsHandlerWasAsked() throws Exception {
        Deferred[] token = {null};
        TestDevice bad = TestDevice.at(0x100);
        bad.reads(
                offset -> {
                    token[0] = bad.board.defer();
                    return trap.enter(0);
                });
        test.plug("bad", bad);
        test.plug("good", TestDevice.at(0x200).reads(offset -> 0x22));
        Thread vcpu = enter(0, 0x100, trap);
        assertTrue(token[0].complete(0x11)); // and does not come back all the same
        assertEquals(0x11, test.vm.answer(0));
        look(3);
        assertEquals(0x22, in(0, 0x200), "its vCPU goes on elsewhere");
        look(3);

        assertEquals(State.QUARANTINED, test.state("bad"));
        assertEquals(State.SERVING, test.state("good"));
        assertEquals(0x22, in(0, 0x200));
        trap.open();
        vcpu.join();
        assertEquals(3, test.vm.completions.get(0));
    }

    // ---- when it looks ----

    @Test
    void restsWhileTheMachineIsPaused() throws Exception {
        test.plug("bad", hanging());
        enter(0, 0x100, trap);
        look(5);
        test.machine.pause();
        look(1);
        assertEquals(List.of(), hands.later, "nobody looks any more");
        assertEquals(State.SERVING, test.state("bad"));
        test.machine.resume();
        seconds(4);
        assertEquals(State.SERVING, test.state("bad"), "counted from when it went on");
        look(1);
        assertEquals(State.QUARANTINED, test.state("bad"));
    }

    @Test
    void beginsAnewAfterAReset() {
        test.machine.reset();
        assertEquals(2, hands.later.size());
        look(2);
        assertEquals(1, hands.later.size(), "one look at a time");
    }

    @Test
    void endsWithTheMachine() {
        test.machine.stop();
        look(1);
        assertEquals(List.of(), hands.later);
    }

    @Test
    void isSwitchedOffByZero() throws Exception {
        test.close();
        hands.later.clear();
        begin(0, 0);
        assertEquals(List.of(), hands.later);
    }

    @Test
    void canOnlyReport() throws Exception {
        test.close();
        hands.later.clear();
        begin(2 * SECOND, 0);
        test.plug("bad", hanging());
        enter(0, 0x100, trap);
        seconds(1);
        assertEquals(List.of(), slow("bad"));
        look(100);

        assertEquals(
                List.of("is slow: 2000 ms or more in a read of port 0x100+1 by vCPU 0"),
                slow("bad"));
        assertEquals(State.SERVING, test.state("bad"));
    }

    @Test
    void canOnlyGiveUp() throws Exception {
        test.close();
        hands.later.clear();
        begin(0, SECOND / 2);
        test.plug("bad", hanging());
        enter(0, 0x100, trap);
        look(2); // as often as the deadline is short

        assertEquals(List.of(), slow("bad"));
        assertEquals(State.QUARANTINED, test.state("bad"));
    }
}
