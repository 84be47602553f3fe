package io.trapline.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.trapline.hypervisor.IoRequestSlot;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IJ_Result;

/** DESIGN section 2: who reads COMPLETE reads the answer that was stored before it. */
@JCStressTest
@State
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "PROCESSING: the vCPU waits on")
@Outcome(
        id = "1, 81985529216486895",
        expect = ACCEPTABLE,
        desc = "COMPLETE: all eight bytes are there")
@Outcome(expect = FORBIDDEN, desc = "COMPLETE was seen before the answer, or a part of it")
public class AnswerHandOver {
    private static final long ANSWER = 0x0123_4567_89AB_CDEFL;

    private final IoRequestSlot slot = Slots.slot(Slots.next());

    /** A guest waits for a load. */
    public AnswerHandOver() {
        slot.request(IoRequestSlot.MMIO, IoRequestSlot.READ, 0xFEB0_0000L, 8, 0)
                .state(IoRequestSlot.PROCESSING);
    }

    /** The device's side answers. */
    @Actor
    public void device() {
        slot.value(ANSWER).state(IoRequestSlot.COMPLETE);
    }

    /** The hypervisor looks. */
    @Actor
    public void hypervisor(IJ_Result seen) {
        seen.r1 = slot.state();
        seen.r2 = seen.r1 == IoRequestSlot.COMPLETE ? slot.value() : 0;
    }
}
