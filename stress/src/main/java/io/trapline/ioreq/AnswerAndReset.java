package io.trapline.ioreq;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/** DESIGN section 2, "Exactly once": the machine is reset while a device answers. */
@JCStressTest
@State
@Outcome(id = "true, 1, 1", expect = ACCEPTABLE, desc = "answered, then reset")
@Outcome(id = "false, 0, 2", expect = ACCEPTABLE, desc = "reset: the slot is not touched any more")
@Outcome(expect = FORBIDDEN, desc = "answered after the reset, or told without an answer")
public class AnswerAndReset {
    private final Open open = new Open();

    @Actor
    public void device(ZII_Result result) {
        result.r1 = open.answer(0x11);
    }

    @Actor
    public void reset() {
        open.request.cancel();
    }

    @Arbiter
    public void hypervisor(ZII_Result result) {
        result.r2 = open.completed();
        result.r3 = open.slot.state();
    }
}
