package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.trapline.machine.ClientMode;
import io.trapline.machine.DeviceRow.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A device that hangs in a request is answered for and put away. */
class WatchdogDeadlineTest extends WatchdogFixture {
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
}
