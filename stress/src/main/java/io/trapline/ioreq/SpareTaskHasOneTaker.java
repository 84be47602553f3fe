package io.trapline.ioreq;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A task that was run is used again by one who posts: two nodes of a queue must never be the same. */
@JCStressTest
@State
@Outcome(
        id = {"1, 2, 0", "2, 1, 0"},
        expect = ACCEPTABLE,
        desc = "each has one")
@Outcome(
        id = {"1, 0, 2", "0, 1, 2"},
        expect = ACCEPTABLE,
        desc = "the second was not there yet for the other")
@Outcome(
        expect = FORBIDDEN,
        desc = "both have the same, or one is lost: the first is there for one of them")
public class SpareTaskHasOneTaker {
    private final SpareTasks spare = new SpareTasks();
    private final PostedTask one = new PostedTask(null);
    private final PostedTask two = new PostedTask(null);

    public SpareTaskHasOneTaker() {
        spare.give(one);
    }

    private int taken() {
        PostedTask mine = spare.take();
        return mine == one ? 1 : mine == two ? 2 : 0;
    }

    @Actor
    public void worker(III_Result result) {
        result.r1 = taken();
    }

    @Actor
    public void other(III_Result result) {
        result.r2 = taken();
    }

    @Actor
    public void baton() {
        spare.give(two);
    }

    @Arbiter
    public void rest(III_Result result) {
        result.r3 = taken();
    }
}
