package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Timers;
import io.trapline.machine.ClientMode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** DESIGN section 4, timers: the machine's time, which stops when it pauses and is manual in tests. */
class MachineClockTest {
    private static final long HOUR = 3_600_000_000_000L;

    private long source = 1_000;
    private final MachineClock clock = new MachineClock(() -> source);

    @Test
    void standsAtZeroUntilItRuns() {
        source += HOUR;
        assertEquals(0, clock.now());
        clock.run();
        assertEquals(0, clock.now());
        source += 7;
        assertEquals(7, clock.now());
    }

    @Test
    void standsStillWhileFrozen() {
        clock.run();
        source += 10;
        clock.freeze();
        clock.freeze();
        source += HOUR;
        assertEquals(10, clock.now());
        clock.run();
        clock.run();
        source += 5;
        assertEquals(15, clock.now());
    }

    @Test
    void neverGoesBackWhenAPauseComesBetween() {
        long[] reads = {0};
        MachineClock[] self = new MachineClock[1];
        self[0] =
                new MachineClock(
                        () -> {
                            long now = source;
                            if (reads[0]++ == 1) { // a pause while somebody reads the clock
                                self[0].freeze();
                                source += HOUR;
                                self[0].run();
                            }
                            return now;
                        });
        self[0].run();
        source += 10;

        assertEquals(10, self[0].now());
        assertEquals(10, self[0].now());
    }

    /** A device's timers on a machine by hand. */
    private static final class Rig implements AutoCloseable {
        final ByHand hands = new ByHand();
        final TestMachine test;
        final List<String> fired = new ArrayList<>();
        Timers timers;

        Rig() throws Exception {
            test = new TestMachine(1, hands);
            test.plug("rtc", TestDevice.at(0x70).with(b -> timers = b.timers()));
        }

        Timers.Timer timer(String name) {
            return timers.timer(() -> fired.add(name + "@" + timers.now()));
        }

        void advance(long nanos) {
            test.advance(nanos);
            hands.run();
        }

        @Override
        public void close() {
            test.close();
        }
    }

    @Test
    void expiresInOrderOfDeadlineAndNeverBefore() throws Exception {
        try (Rig rig = new Rig()) {
            rig.timer("b").at(2 * HOUR);
            rig.timer("c").at(3 * HOUR);
            rig.timer("a").at(HOUR);

            rig.advance(HOUR - 1);
            assertEquals(List.of(), rig.fired);
            rig.advance(1);
            assertEquals(List.of("a@" + HOUR), rig.fired);
            rig.advance(5 * HOUR);
            assertEquals(List.of("a@" + HOUR, "b@" + 6 * HOUR, "c@" + 6 * HOUR), rig.fired);
        }
    }

    @Test
    void replacesTheDeadlineWhenArmedAgain() throws Exception {
        try (Rig rig = new Rig()) {
            Timers.Timer timer = rig.timer("t");
            timer.at(HOUR);
            timer.at(3 * HOUR);
            rig.advance(2 * HOUR);
            assertEquals(List.of(), rig.fired);
            assertTrue(timer.armed());
            assertEquals(3 * HOUR, timer.deadline());

            timer.at(2 * HOUR); // has passed
            rig.advance(0);
            assertEquals(List.of("t@" + 2 * HOUR), rig.fired);
            assertFalse(timer.armed());
            rig.advance(2 * HOUR);
            assertEquals(1, rig.fired.size());
        }
    }

    @Test
    void runsNothingThatIsCancelledEvenOnItsWay() throws Exception {
        try (Rig rig = new Rig()) {
            Timers.Timer timer = rig.timer("t");
            timer.at(HOUR);
            rig.test.advance(HOUR); // expired: its task waits for a worker
            timer.cancel();
            assertFalse(timer.armed());
            rig.hands.run();
            assertEquals(List.of(), rig.fired);

            timer.at(2 * HOUR);
            rig.advance(HOUR);
            assertEquals(List.of("t@" + 2 * HOUR), rig.fired);
        }
    }

    @Test
    void waitsOnWhenItIsArmedForLaterOnItsWay() throws Exception {
        try (Rig rig = new Rig()) {
            Timers.Timer timer = rig.timer("t");
            timer.at(HOUR);
            rig.test.advance(HOUR);
            timer.at(2 * HOUR);
            rig.hands.run();
            assertEquals(List.of(), rig.fired);
            rig.advance(HOUR);
            assertEquals(List.of("t@" + 2 * HOUR), rig.fired);
        }
    }

    @Test
    void armsItselfAgain() throws Exception {
        try (Rig rig = new Rig()) {
            Timers.Timer[] timer = new Timers.Timer[1];
            timer[0] =
                    rig.timers.timer(
                            () -> {
                                rig.fired.add("@" + timer[0].deadline());
                                timer[0].at(timer[0].deadline() + HOUR);
                            });
            timer[0].at(HOUR);
            for (int i = 0; i < 3; i++) {
                rig.advance(HOUR);
            }
            assertEquals(List.of("@" + HOUR, "@" + 2 * HOUR, "@" + 3 * HOUR), rig.fired);
        }
    }

    @Test
    void freezesWhileTheMachineIsPaused() throws Exception {
        try (Rig rig = new Rig()) {
            rig.timer("t").at(HOUR);
            rig.test.machine.pause();
            rig.advance(2 * HOUR);
            assertEquals(0, rig.timers.now());
            assertEquals(List.of(), rig.fired);
            rig.test.machine.resume();
            rig.advance(HOUR - 1);
            assertEquals(List.of(), rig.fired);
            rig.advance(1);
            assertEquals(List.of("t@" + HOUR), rig.fired);
        }
    }

    @Test
    void isLeftToTheHolderOfTheBaton() throws Exception {
        try (Rig rig = new Rig()) {
            Timers.Timer timer = rig.timer("t");
            timer.at(HOUR);
            TestDevice slow = new TestDevice(b -> {});
            rig.test.plugAt(
                    "rtc",
                    "slow",
                    slow.with(b -> b.ports(0x80, 1, slow))
                            .reads(
                                    offset -> {
                                        rig.advance(HOUR);
                                        assertEquals(List.of(), rig.fired, "in a handler");
                                        return 1;
                                    }));
            assertEquals(1, rig.test.vm.in(0x80, 1));
            assertEquals(List.of("t@" + HOUR), rig.fired);
        }
    }

    @Test
    void followsItsDeviceToAnotherClient() throws Exception {
        try (Rig rig = new Rig()) {
            rig.timer("t").at(HOUR);
            rig.test.machine.map("rtc", "other", ClientMode.INLINE);
            IoreqClient other = rig.test.machine.client("other");
            rig.test.advance(HOUR);
            assertEquals(1, other.waiting());
            rig.hands.run();
            assertEquals(List.of("t@" + HOUR), rig.fired);
        }
    }

    @Test
    void diesWithItsDevice() throws Exception {
        try (Rig rig = new Rig()) {
            Timers.Timer timer = rig.timer("t");
            timer.at(HOUR);
            rig.test.machine.unplug(
                    new Plug(null, "other", "other", "", "", 0)); // not this one: nothing happens
            rig.test.machine.end("over");
            rig.advance(HOUR);
            timer.at(HOUR);
            rig.advance(HOUR);
            assertEquals(List.of(), rig.fired);
        }
    }

    @Test
    void isAFaultOfTheDeviceWhenItsTaskThrows() throws Exception {
        try (Rig rig = new Rig()) {
            rig.timers
                    .timer(
                            () -> {
                                throw new IllegalStateException("on purpose");
                            })
                    .at(HOUR);
            rig.advance(HOUR);
            assertEquals(1, rig.test.device("rtc").faults());
            rig.timer("t").at(2 * HOUR);
            rig.advance(HOUR);
            assertEquals(1, rig.fired.size());
        }
    }

    @Test
    void runsByItselfOnAThread() {
        List<String> fired = new ArrayList<>();
        try (TestMachine test = machine()) {
            Timers[] timers = new Timers[1];
            test.plug("rtc", TestDevice.at(0x70).with(b -> timers[0] = b.timers()));
            synchronized (fired) {
                timers[0]
                        .timer(
                                () -> {
                                    synchronized (fired) {
                                        fired.add("t");
                                    }
                                })
                        .at(0);
            }
            Await.until(
                    "the timer expires",
                    () -> {
                        synchronized (fired) {
                            return !fired.isEmpty();
                        }
                    });
        }
    }

    private static TestMachine machine() {
        try {
            return new TestMachine();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }
}
