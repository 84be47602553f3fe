package io.trapline.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.trapline.hypervisor.IoRequestSlot;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IJJ_Result;

/** DESIGN section 2: who reads PROCESSING (acquire) reads the request that was there before it (release). */
@JCStressTest
@State
@Outcome(id = "3, 0, 0", expect = ACCEPTABLE, desc = "still FREE: nothing to read")
@Outcome(id = "2, 1016, 90", expect = ACCEPTABLE, desc = "PROCESSING: the whole request is there")
@Outcome(expect = FORBIDDEN, desc = "PROCESSING was seen before the request")
public class RequestHandOver {
    private final IoRequestSlot slot = Slots.slot(Slots.next());

    /** The hypervisor traps {@code out 0x3F8, 'Z'}. */
    @Actor
    public void hypervisor() {
        slot.request(IoRequestSlot.PORTIO, IoRequestSlot.WRITE, 0x3F8, 1, 'Z')
                .state(IoRequestSlot.PROCESSING);
    }

    /** The device's side looks. */
    @Actor
    public void device(IJJ_Result seen) {
        seen.r1 = slot.state();
        if (seen.r1 == IoRequestSlot.PROCESSING) {
            seen.r2 = slot.address();
            seen.r3 = slot.value();
        }
    }
}
