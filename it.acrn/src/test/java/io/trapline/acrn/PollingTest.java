package io.trapline.acrn;

import static io.trapline.acrn.AcrnLab.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rig.Bulk;
import io.trapline.rig.Status;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The hypervisor looks for COMPLETE itself: {@code drivers/virt/acrn/ioreq.c, ioreq_complete_request}. */
@OnRig
class PollingTest {
    private final long[] next = new long[4];

    @Test
    void noNotificationIsMade() throws Exception {
        try (AcrnLab lab = new AcrnLab((vcpu, slot) -> next[vcpu]++, "polling=true").start()) {
            for (int round = 0; round < 3; round++) {
                Bulk one = lab.guest.bulk(500, "pio r 1 4 expect=inc");
                assertTrue(one.good(), one::toString);
                Bulk bulk = lab.guest.bulk(300, "mmio r 0xfeb00000 8 vcpus=0xf expect=inc");
                assertTrue(bulk.good(), bulk::toString);
            }
            Status.Machine seen = lab.seen();
            assertTrue(seen.polling());
            assertEquals(4, seen.flags());
            assertEquals(0, seen.notifies());
            assertEquals(seen.accesses(), lab.requests.get());
        }
    }

    /** Later, by another thread; and forgotten by a reset. */
    @Test
    void answersMayBeLate() throws Exception {
        try (AcrnLab lab = new AcrnLab((vcpu, slot) -> null, "polling=true").start()) {
            Future<Bulk> guest =
                    lab.meanwhile(() -> lab.guest.bulk(50, "pio r 1 4 vcpus=0xf expect=inc"));
            for (int answer = 0; answer < 200; answer++) {
                int vcpu = lab.awaitKept();
                lab.answer(vcpu, next[vcpu]++);
            }
            assertTrue(get(guest).good(), guest.get()::toString);
            Future<Bulk> lost = lab.meanwhile(() -> lab.guest.bulk(1, "pio r 1 4 vcpus=0xf"));
            for (int vcpu = 0; vcpu < 4; vcpu++) {
                lab.awaitKept();
            }
            lab.reset();
            assertEquals(4, get(lost).errors());
            lab.device((vcpu, slot) -> next[vcpu]++);
            Bulk bulk = lab.guest.bulk(100, "pio r 1 4 vcpus=0xf expect=inc");
            assertTrue(bulk.good(), bulk::toString);
        }
    }
}
