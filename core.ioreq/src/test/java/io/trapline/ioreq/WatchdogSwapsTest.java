package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.machine.DeviceRow.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Devices that hang while they are installed, taken out or reset. */
class WatchdogSwapsTest extends WatchdogFixture {
    @Test
    void leavesAnInstallThePatienceThatItHas() throws Exception {
        test.machine.patience(new Patience(2 * SECOND, 60 * SECOND));
        TestDevice late = TestDevice.at(0x100).with(b -> trap.enter(0));
        Thread installing = thread(() -> test.plug("late", late));
        severalWorkersUntil(trap::isCaught);
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
        severalWorkersUntil(trap::isCaught);
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
}
