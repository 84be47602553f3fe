package io.trapline.ioreq;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** DESIGN section 2, "Exactly once": the machine is reset while a deferred answer is on its way. */
@JCStressTest
@State
@Outcome(id = "1, 1, 3, 1", expect = ACCEPTABLE, desc = "answered, and the reset waited for it")
@Outcome(
        id = "0, 0, 3, 0",
        expect = ACCEPTABLE,
        desc = "forgotten: the slot is not touched any more")
@Outcome(expect = FORBIDDEN, desc = "a slot that the reset had freed was completed")
public class DeferredAnswerAndReset {
    private final Open open = new Open();

    @Actor
    public void device(IIII_Result result) {
        result.r1 = open.answerLate(0x11) ? 1 : 0;
    }

    @Actor
    public void administrator(IIII_Result result) {
        open.reset();
        result.r2 = open.completed();
    }

    @Arbiter
    public void hypervisor(IIII_Result result) {
        result.r3 = open.slot.state();
        result.r4 = open.completed();
    }
}
