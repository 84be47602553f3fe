package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Timers;
import io.trapline.hypervisor.MachineTime;
import io.trapline.machine.ClientMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** api.hypervisor, {@link MachineTime}: a backend that moves the machine's time by hand. */
class DrivenTimeTest {
    private final FakeVm vm = new FakeVm();
    private final Host host = new Host(event -> {});
    private final List<String> expired = Collections.synchronizedList(new ArrayList<>());
    private final LiveMachine machine;
    private Timers timers;

    DrivenTimeTest() throws Exception {
        vm.drives = true;
        machine =
                new LiveMachine(
                        TestMachine.spec(1), vm, "a test", host, DrivenTimeTest::untouchable);
        machine.start();
        machine.plug(
                TestMachine.plug(
                        "rtc", "1.0.0", TestDevice.at(0x70).with(b -> timers = b.timers())));
    }

    private static long untouchable() {
        throw new AssertionError("the host's clock is not asked");
    }

    @AfterEach
    void end() {
        machine.end("over");
        host.close();
    }

    private Timers.Timer timer(String name) {
        return timers.timer(() -> expired.add(name + "@" + timers.now()));
    }

    @Test
    void standsUntilItIsMoved() {
        assertEquals(0, timers.now());
        assertEquals(MachineTime.NEVER, vm.time.nextDeadline());
        assertEquals(5, vm.time.advance(5));
        assertEquals(5, timers.now());
        assertEquals(5, vm.time.advance(3), "it never goes back");
    }

    @Test
    void expiresEachTimerAtItsOwnDeadlineBeforeItGoesOn() {
        timer("b").at(20);
        timer("a").at(10);
        timer("c").at(31);
        assertEquals(10, vm.time.nextDeadline());
        assertEquals(30, vm.time.advance(30));
        assertEquals(List.of("a@10", "b@20"), expired);
        assertEquals(31, vm.time.nextDeadline());
    }

    @Test
    void expiresTimersThatAreArmedOnTheWay() {
        Timers.Timer[] tick = new Timers.Timer[1];
        tick[0] =
                timers.timer(
                        () -> {
                            expired.add("tick@" + timers.now());
                            tick[0].at(timers.now() + 10);
                        });
        tick[0].at(10);
        vm.time.advance(35);
        assertEquals(List.of("tick@10", "tick@20", "tick@30"), expired);
    }

    @Test
    void expiresWhatIsDueThoughNothingMoves() {
        vm.time.advance(50);
        timer("late").at(20);
        assertEquals(20, vm.time.nextDeadline());
        assertEquals(50, vm.time.advance(0));
        assertEquals(List.of("late@50"), expired);
    }

    @Test
    void standsStillWhileTheMachineIsPausedAndAcrossAReset() {
        timer("t").at(10);
        machine.pause();
        assertEquals(MachineTime.NEVER, vm.time.nextDeadline());
        assertEquals(0, vm.time.advance(100));
        machine.resume();
        assertEquals(9, vm.time.advance(9));
        assertEquals(List.of(), expired);
        machine.reset();
        assertEquals(10, vm.time.advance(10));
        assertEquals(List.of("t@10"), expired);
    }

    @Test
    void waitsForATaskThatAnotherThreadRuns() {
        machine.map("rtc", "own", ClientMode.DEDICATED);
        for (int i = 1; i <= 1000; i++) {
            timer("t").at(i);
            vm.time.advance(i);
            assertEquals(i, expired.size());
        }
    }

    @Test
    void goesOnWithoutATaskThatHangs() throws Exception {
        machine.patience(TestMachine.LITTLE);
        CountDownLatch end = new CountDownLatch(1);
        machine.map("rtc", "own", ClientMode.DEDICATED);
        timers.timer(
                        () -> {
                            try {
                                end.await();
                            } catch (InterruptedException e) {
                                expired.add("interrupted");
                            }
                        })
                .at(10);
        assertEquals(20, vm.time.advance(20));
        assertTrue(machine.client("own").waiting() > 0);
        end.countDown();
        machine.map("rtc", "rtc", ClientMode.INLINE);
    }
}
