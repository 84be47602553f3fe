package io.trapline.ioreq;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.trapline.hypervisor.IoRequestSlot;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/** HSM: {@code completion_polling} is read before COMPLETE, since the slot is the hypervisor's after it. */
@JCStressTest
@State
@Outcome(id = "false, 1, 0", expect = ACCEPTABLE, desc = "not complete when the hypervisor looked")
@Outcome(
        id = "true, 1, 0",
        expect = ACCEPTABLE,
        desc = "used again at once: the old setting counts")
@Outcome(
        expect = FORBIDDEN,
        desc = "the setting of the slot's next request was taken for this one's")
public class PollingBeforeComplete {
    private final Open open = new Open();

    @Actor
    public void device() {
        open.answer(0x11);
    }

    /** The hypervisor sees COMPLETE and uses the slot for a request that it polls for. */
    @Actor
    public void hypervisor(ZII_Result result) {
        if (open.slot.state() == IoRequestSlot.COMPLETE) {
            open.slot.completionPolling(true);
            result.r1 = true;
        }
    }

    @Arbiter
    public void told(ZII_Result result) {
        result.r2 = open.completed();
        result.r3 = open.polled();
    }
}
