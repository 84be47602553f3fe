package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.device.Claim;
import io.trapline.device.Timers;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.DeviceRow.State;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A device that hangs in a task, a timer, a doorbell or when it is looked at is given up too. */
class WatchdogTasksTest extends WatchdogFixture {
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
        severalWorkersUntil(trap::isCaught);
        seconds(5);

        assertEquals(State.QUARANTINED, test.state("bad"), "who looked may be gone; it hangs");
    }
}
