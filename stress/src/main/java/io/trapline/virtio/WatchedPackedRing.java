package io.trapline.virtio;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** VIRTIO 1.2, §2.8: somebody watches a ring while its driver adds to it and its device serves it. */
@JCStressTest
@State
@Outcome(id = "64, 0", expect = ACCEPTABLE, desc = "all served; who watches leaves nothing behind")
@Outcome(expect = FORBIDDEN, desc = "one is lost, or the device blames its driver")
public class WatchedPackedRing {
    private final ServedRing ring = new ServedRing(true);

    public WatchedPackedRing() {
        ring.add();
    }

    @Actor
    public void driver() {
        ring.addAll();
    }

    @Actor
    public void device() {
        ring.serve();
    }

    @Actor
    public void watcher() {
        ring.watch();
    }

    @Arbiter
    public void count(II_Result result) {
        ring.unwatch();
        result.r1 = ring.served;
        result.r2 = ring.needsReset();
    }
}
