package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.machine.DeviceRow.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the watchdog looks, and what its settings switch off. */
class WatchdogLooksTest extends WatchdogFixture {
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
