package io.trapline.ioreq;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** DESIGN section 2, "Exactly once": a device and the watchdog answer the same request. */
@JCStressTest
@State
@Outcome(id = "1, 0, 1, 17", expect = ACCEPTABLE, desc = "the device came first")
@Outcome(id = "0, 1, 1, 255", expect = ACCEPTABLE, desc = "the watchdog came first")
@Outcome(expect = FORBIDDEN, desc = "both or neither, told twice, or the loser's value in the slot")
public class TwoAnswers {
    private final Open open = new Open();

    @Actor
    public void device(IIII_Result result) {
        result.r1 = open.answer(0x11) ? 1 : 0;
    }

    @Actor
    public void watchdog(IIII_Result result) {
        result.r2 = open.answer(-1) ? 1 : 0;
    }

    @Arbiter
    public void hypervisor(IIII_Result result) {
        result.r3 = open.completed();
        result.r4 = (int) open.slot.value();
    }
}
