package io.trapline.ioreq;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** DESIGN section 5, "Watchdog": a client is halted, finds that its device does come back, and goes on. */
@JCStressTest
@State
@Outcome(id = "7, 0, 0", expect = ACCEPTABLE, desc = "all served, one at a time, the baton is free")
@Outcome(expect = FORBIDDEN, desc = "lost, at the same time, or the baton was not put back")
public class BatonIsHalted {
    private final IoreqClient client = new IoreqClient("client", Runnable::run);
    private final Tally tally = new Tally();

    @Actor
    public void vcpu() {
        client.submit(tally.new Addition().of(1));
    }

    @Actor
    public void terminal() {
        client.post(tally.new Addition().of(2));
        client.post(tally.new Addition().of(4));
    }

    @Actor
    public void watchdog() {
        client.halt();
        client.goOn();
    }

    @Arbiter
    public void count(III_Result result) {
        result.r1 = tally.sum;
        result.r2 = tally.overlaps;
        result.r3 = client.waiting();
    }
}
