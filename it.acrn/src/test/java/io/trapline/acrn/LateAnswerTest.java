package io.trapline.acrn;

import static io.trapline.acrn.AcrnLab.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rig.Bulk;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Requests that a device answers later, from another thread. Meanwhile ATTACH does not wait: {@code
 * drivers/virt/acrn/ioreq.c, acrn_ioreq_client_wait}, as {@code has_pending_request} holds until the last is answered.
 */
@OnRig
class LateAnswerTest {
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    @Test
    void allOfThemAnsweredByAnotherThread() throws Exception {
        long[] next = new long[4];
        try (AcrnLab lab = new AcrnLab((vcpu, slot) -> null).start()) {
            Future<Bulk> guest =
                    lab.meanwhile(() -> lab.guest.bulk(500, "pio r 0x3f8 4 vcpus=0xf expect=inc"));
            for (int answer = 0; answer < 2000; answer++) {
                int vcpu = lab.awaitKept();
                lab.answer(vcpu, next[vcpu]++);
            }
            assertTrue(get(guest).good(), guest.get()::toString);
            assertEquals(2000, lab.requests.get());
        }
    }

    /** One device keeps its vCPU waiting; who waits on the HSM naps, and the other vCPUs are served all the same. */
    @Test
    void oneThatIsKeptCostsLittleAndDelaysNobody() throws Exception {
        long[] next = new long[4];
        AcrnLab.Device device = (vcpu, slot) -> slot.address() == 0x70 ? null : next[vcpu]++;
        try (AcrnLab lab = new AcrnLab(device).start()) {
            Bulk alone = lab.guest.bulk(300, "pio r 0x3f8 4 vcpus=0xe expect=inc");
            assertTrue(alone.good(), alone::toString);

            Future<Long> slow = lab.meanwhile(() -> lab.vcpu(0).readPort(0x70, 1));
            assertEquals(0, lab.awaitKept());
            Bulk others = lab.guest.bulk(300, "pio r 0x3f8 4 vcpus=0xe expect=inc");
            assertTrue(others.good(), others::toString);
            // the nap is 1 ms at most; the rest is the emulated CPU's, shared by all
            assertTrue(others.p50() < alone.p50() + 20_000_000, alone + " " + others);

            // and when the others want nothing
            long thread = AcrnLab.attached().get(0).getId();
            long before = CPU.getThreadCpuTime(thread);
            long start = System.nanoTime();
            assertFalse(slow.isDone());
            Bulk far = lab.guest.bulk(60, "pio r 0x3f8 4 vcpus=0x2 gap=10000");
            long spent = CPU.getThreadCpuTime(thread) - before;
            long took = System.nanoTime() - start;
            System.out.printf(
                    "one request kept: others' p50 %d us (%d us alone); thread used %.1f %% of %d ms%n",
                    others.p50() / 1000,
                    alone.p50() / 1000,
                    100.0 * spent / took,
                    took / 1_000_000);
            assertTrue(far.good(), far::toString);
            assertTrue(spent < took / 2, spent + " of " + took);

            lab.answer(0, 0x42);
            assertEquals(0x42, get(slow));
        }
    }

    /** The last answer wakes it: a vCPU that asks next does not wait for the end of a nap, and ATTACH waits again. */
    @Test
    void theLastAnswerEndsTheNap() throws Exception {
        try (AcrnLab lab = new AcrnLab().start()) {
            lab.device((vcpu, slot) -> slot.address() == 0x70 ? null : slot.address());
            for (int round = 0; round < 50; round++) {
                Future<Long> slow = lab.meanwhile(() -> lab.guest.readPort(0x70, 1));
                lab.answer(lab.awaitKept(), round);
                assertEquals(round, get(slow));
                assertEquals(0x3F8, lab.guest.readPort(0x3F8, 2));
            }
            long thread = AcrnLab.attached().get(0).getId();
            long before = CPU.getThreadCpuTime(thread);
            lab.guest.bulk(20, "pio r 0x3f8 4 vcpus=0x2 gap=10000");
            assertTrue(CPU.getThreadCpuTime(thread) - before < 100_000_000);
        }
    }
}
