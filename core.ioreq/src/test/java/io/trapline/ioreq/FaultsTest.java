package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.machine.DeviceRow.State;
import io.trapline.machine.MachineEvent;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** DESIGN section 5, "Watchdog": a handler that throws completes with all-ones and counts. */
class FaultsTest {
    private final ByHand hands = new ByHand();
    private TestMachine test;

    @BeforeEach
    void start() throws Exception {
        test = new TestMachine(1, hands);
    }

    @AfterEach
    void end() {
        test.close();
    }

    /** An exception that fails again when it is looked at. */
    private static final class Nasty extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("again");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("and again");
        }
    }

    private static long throwIt(Throwable thrown) {
        return FaultsTest.<RuntimeException>sneak(thrown);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> long sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** Deeper than any stack. */
    private static long recurse(long depth) {
        return depth < 0 ? depth : recurse(depth + 1) + 1;
    }

    static List<LongUnaryOperator> handlers() {
        return List.of(
                offset -> throwIt(new IllegalStateException("on purpose")),
                offset -> throwIt(new NoClassDefFoundError("gone/With/TheBundle")),
                offset -> throwIt(new AssertionError("a state that cannot be")),
                offset -> throwIt(new OutOfMemoryError("so it says")),
                offset -> throwIt(new Exception("checked, and thrown all the same")),
                offset -> throwIt(new Nasty()),
                FaultsTest::recurse);
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void answersAllOnesAndCounts(LongUnaryOperator handler) {
        TestDevice bad = TestDevice.at(0x100).reads(handler);
        bad.writes((offset, value) -> bad.cells[0] = handler.applyAsLong(offset));
        test.plug("bad", bad);
        test.plug("good", TestDevice.at(0x200));

        assertEquals(0xFFFF, test.vm.in(0x100, 2));
        test.vm.out(0x100, 1, 3);
        assertEquals(0, test.vm.in(0x200, 1));

        assertEquals(2, test.device("bad").faults());
        assertEquals(2, test.machine.ranges().get(0).faults());
        assertEquals(2, test.machine.stats().get(1).faults());
        assertEquals(State.SERVING, test.state("bad"));
        assertEquals(0, test.machine.client("bad").waiting());
    }

    @Test
    void quarantinesAfter100InASecondWhileOthersGoOn() {
        TestDevice bad = TestDevice.at(0x100).reads(offset -> throwIt(new RuntimeException("no")));
        test.plug("bad", bad);
        test.plugAt("bad", "good", TestDevice.at(0x200));
        for (int i = 0; i < 5000 && test.state("bad") == State.SERVING; i++) {
            assertEquals(0xFF, test.vm.in(0x100, 1));
            hands.run();
        }

        assertEquals(State.QUARANTINED, test.state("bad"));
        assertEquals("more than 100 faults within a second", test.device("bad").detail());
        long faults = test.device("bad").faults();
        assertEquals(0xFF, test.vm.in(0x100, 1));
        assertEquals(faults, test.device("bad").faults(), "the default client answers now");
        assertEquals(0, test.vm.in(0x200, 1));
        assertTrue(test.machine.unclaimed().get(0).reads() > 0);
    }

    @Test
    void tellsOfFaultsWithoutBound() {
        TestDevice bad = TestDevice.at(0x100);
        test.plug("bad", bad.reads(offset -> throwIt(new RuntimeException("number " + offset))));
        for (int i = 0; i < 64; i++) {
            test.vm.in(0x100, 1);
        }
        long told = test.events.stream().filter(e -> e.kind() == MachineEvent.Kind.FAULT).count();

        assertEquals(7, told, "1, 2, 4, ... 64");
    }

    @Test
    void takesAQuarantinedDeviceBackWhenItComesAnew() {
        TestDevice bad = TestDevice.at(0x100).reads(offset -> throwIt(new RuntimeException("no")));
        Plug plug = test.plug("bad", bad);
        for (int i = 0; i < 5000 && test.state("bad") == State.SERVING; i++) {
            test.vm.in(0x100, 1);
            hands.run();
        }
        test.machine.unplug(plug);
        assertEquals(List.of(), test.machine.devices());
        test.machine.plug(TestMachine.plug("bad", "1.0.1", TestDevice.at(0x100)));

        assertEquals(State.SERVING, test.state("bad"));
        assertEquals(0, test.vm.in(0x100, 1));
    }

    @Test
    void containsWhatATaskFromOutsideThrows() {
        TestDevice bad = TestDevice.at(0x100);
        test.plug("bad", bad);
        bad.board.post(() -> throwIt(new Nasty()));
        bad.board.post(() -> bad.cells[0] = 5);
        hands.run();

        assertEquals(1, test.device("bad").faults());
        assertEquals(5, test.vm.in(0x100, 1));
    }
}
