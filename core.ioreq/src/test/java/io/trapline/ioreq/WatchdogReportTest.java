package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.trapline.machine.DeviceRow.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A device that is slow is reported, once; what is busy is not. */
class WatchdogReportTest extends WatchdogFixture {
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
}
