package io.trapline.ioreq;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.trapline.machine.ClientMode;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** DESIGN section 2, the baton: a vCPU and a terminal while the client's own thread is taken away. */
@JCStressTest
@State
@Outcome(
        id = "3, 0, 0",
        expect = ACCEPTABLE,
        desc = "both served, one at a time, the baton is free")
@Outcome(expect = FORBIDDEN, desc = "lost, at the same time, or the baton was not put back")
public class BatonLosesItsThread {
    private final IoreqClient client = new IoreqClient("client", Runnable::run);
    private final Tally tally = new Tally();

    public BatonLosesItsThread() {
        client.mode(ClientMode.DEDICATED);
    }

    @Actor
    public void vcpuAndTerminal() {
        client.submit(tally.new Addition().of(1));
        client.post(tally.new Addition().of(2));
    }

    @Actor
    public void administrator() {
        client.mode(ClientMode.INLINE);
    }

    @Arbiter
    public void count(III_Result result) {
        Drained.await(client);
        result.r1 = tally.sum;
        result.r2 = tally.overlaps;
        result.r3 = client.waiting();
    }
}
