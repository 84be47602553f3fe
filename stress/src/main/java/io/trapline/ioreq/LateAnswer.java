package io.trapline.ioreq;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.trapline.hypervisor.IoRequestSlot;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** DESIGN section 2, "Exactly once": a late answer while the vCPU makes its next request. */
@JCStressTest
@State
@Outcome(id = "1, 0, 2, 1", expect = ACCEPTABLE, desc = "late: the next request is still open")
@Outcome(id = "0, 1, 1, 1", expect = ACCEPTABLE, desc = "in time: the watchdog was too late")
@Outcome(
        expect = FORBIDDEN,
        desc = "the late answer completed the next request, or nobody answered")
public class LateAnswer {
    private final Open open = new Open();

    /** The watchdog answers, so the vCPU goes on and asks again. */
    @Actor
    public void watchdogAndGuest(IIII_Result result) {
        if (open.answer(-1)) {
            result.r1 = 1;
            open.ask(0x3F9);
            open.request.take();
        }
    }

    /** The device returns at last. */
    @Actor
    public void device(IIII_Result result) {
        result.r2 = open.answer(0x11) ? 1 : 0;
    }

    @Arbiter
    public void hypervisor(IIII_Result result) {
        result.r3 = open.slot.state();
        result.r4 = open.completed();
        if (result.r3 == IoRequestSlot.PROCESSING && (open.request.token() & 1) == 0) {
            result.r4 = -1; // open in the slot, closed for us: it would wait for ever
        }
    }
}
