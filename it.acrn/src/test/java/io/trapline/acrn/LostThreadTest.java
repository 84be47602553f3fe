package io.trapline.acrn;

import static io.trapline.acrn.AcrnLab.get;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rig.Bulk;
import io.trapline.rig.Injector;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A device that does not come back holds the one thread that brings requests. */
@OnRig
class LostThreadTest {
    private static final int HANGS = 0x70;

    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch hung = new CountDownLatch(1);
    private final long[] next = new long[4];
    private volatile Thread holder;

    /** Hangs at one port, and has then lost the request; else counts. */
    private AcrnLab lab() throws IOException {
        return new AcrnLab(
                        (vcpu, slot) -> {
                            if (slot.address() != HANGS) {
                                return next[vcpu]++;
                            }
                            holder = Thread.currentThread();
                            hung.countDown();
                            boolean interrupted = false;
                            while (release.getCount() > 0) {
                                try {
                                    release.await();
                                } catch (InterruptedException e) {
                                    interrupted = true;
                                }
                            }
                            assertFalse(interrupted);
                            return null;
                        })
                .start();
    }

    @Test
    void isReplacedAndEndsWhenItComesBack() throws Exception {
        try (AcrnLab lab = lab()) {
            Future<Long> stuck = lab.meanwhile(() -> lab.vcpu(0).readPort(HANGS, 1));
            assertTrue(hung.await(AcrnLab.PATIENCE_S, SECONDS));
            Future<Bulk> others =
                    lab.meanwhile(() -> lab.guest.bulk(300, "pio r 1 4 vcpus=0xe expect=inc"));

            lab.answer(0, 0xFF); // as the watchdog does: the answer first, and then
            lab.machine.threadLost();
            assertEquals(0xFF, get(stuck));
            assertTrue(get(others).good(), others.get()::toString);
            Bulk own = lab.guest.bulk(300, "pio r 1 4 expect=inc");
            assertTrue(own.good(), own::toString);
            assertEquals(2, AcrnLab.attached().size());

            release.countDown();
            holder.join(SECONDS.toMillis(AcrnLab.PATIENCE_S));
            assertFalse(holder.isAlive());
            Bulk after = lab.guest.bulk(300, "pio r 1 4 vcpus=0xe expect=inc");
            assertTrue(after.good(), after::toString);
            assertEquals(1 + 900 + 300 + 900, lab.requests.get());
            assertEquals(1, AcrnLab.attached().size());
        }
    }

    /** The client of the device that hangs has a thread of its own, and ours is free: nothing happens. */
    @Test
    void aThreadThatIsNotHeldStays() throws Exception {
        try (AcrnLab lab = lab()) {
            lab.guest.readPort(1, 4);
            AcrnLab.await("it waits again", () -> AcrnLab.attached().size() == 1);
            Thread thread = AcrnLab.attached().get(0);
            for (int i = 0; i < 100; i++) {
                lab.machine.threadLost();
                LockSupport.parkNanos(10_000);
            }
            assertEquals(List.of(thread), AcrnLab.attached());
        }
    }

    /** Whoever is replaced while it is about to wait goes on to the end of its round: nothing is lost or done twice. */
    @Test
    void replacingItAtAnyTimeLosesNothing() throws Exception {
        try (AcrnLab lab = lab()) {
            Future<Bulk> guest =
                    lab.meanwhile(() -> lab.guest.bulk(1500, "pio r 1 4 vcpus=0xf expect=inc"));
            int times = 0;
            for (; !guest.isDone(); times++) {
                lab.machine.threadLost();
                LockSupport.parkNanos(300_000);
            }
            System.out.println("threadLost during 6000 requests: " + times + " times");
            assertTrue(get(guest).good(), guest.get()::toString);
            assertEquals(6000, lab.requests.get());
            AcrnLab.await("the others end", () -> AcrnLab.attached().size() == 1);
        }
    }

    /** {@code ioreq.c, acrn_ioreq_client_destroy}: after it nobody may wait on the client, whenever he comes back. */
    @Test
    void aMachineIsClosedWithoutIt() throws Exception {
        Leftovers leftovers = new Leftovers();
        AcrnLab lab = lab();
        Future<?> stuck = lab.meanwhile(() -> accessed(lab.vcpu(0)));
        assertTrue(hung.await(AcrnLab.PATIENCE_S, SECONDS));

        long start = System.nanoTime();
        lab.machine.close();
        assertTrue(System.nanoTime() - start < SECONDS.toNanos(20));
        get(stuck);
        try (Injector rig = new Injector()) {
            long calls = rig.status().hypercalls();
            lab.machine.complete(0); // the watchdog, late
            lab.machine.threadLost();
            release.countDown();
            holder.join(SECONDS.toMillis(AcrnLab.PATIENCE_S));
            assertFalse(holder.isAlive());
            assertEquals(calls, rig.status().hypercalls());
        }
        lab.close();
        leftovers.check();
    }

    private static String accessed(Injector guest) {
        try {
            return "read " + guest.readPort(HANGS, 1);
        } catch (RuntimeException e) {
            return e.getMessage();
        }
    }
}
