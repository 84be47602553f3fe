package io.trapline.ioreq;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** A client's own thread is ended while it is handed the baton. */
@JCStressTest
@State
@Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "granted first: it drains, then ends")
@Outcome(
        id = "false, 0",
        expect = ACCEPTABLE,
        desc = "ended first: the baton stays with who has it")
@Outcome(expect = FORBIDDEN, desc = "granted and not drained, or drained without the baton")
public class GrantAndFinish {
    /** Hands the baton to nobody: it is here, with one piece of work. */
    private final IoreqClient client = new IoreqClient("client", drainer -> {});

    private final DedicatedThread thread = new DedicatedThread("thread", client);
    private final Tally tally = new Tally();

    public GrantAndFinish() {
        client.post(tally.new Addition().of(1));
    }

    @Actor
    public void submitter(ZI_Result result) {
        result.r1 = thread.grant();
    }

    @Actor
    public void administrator() {
        thread.finish();
    }

    /** The thread's own loop, run here: it ends, since it was told to. */
    @Arbiter
    public void thread(ZI_Result result) {
        Runnable loop = thread;
        loop.run();
        result.r2 = tally.sum;
    }
}
