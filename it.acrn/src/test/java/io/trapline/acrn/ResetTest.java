package io.trapline.acrn;

import static io.trapline.acrn.AcrnLab.get;
import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rig.Bulk;
import io.trapline.rig.Injector;
import io.trapline.rig.RigException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * RESET_VM with requests in every stage: {@code drivers/virt/acrn/ioreq.c, acrn_ioreq_request_clear} completes what the
 * default client has, and the hypervisor then makes every slot FREE.
 */
@OnRig
class ResetTest {
    private static final String ABANDONED = "abandoned vm=";
    private final long[] next = new long[4];

    private Long count(int vcpu) {
        return next[vcpu]++;
    }

    private void serves(AcrnLab lab) {
        Bulk bulk = lab.guest.bulk(50, "pio r 1 4 vcpus=0xf expect=inc");
        assertTrue(bulk.good(), bulk::toString);
        assertEquals(List.of("FREE", "FREE", "FREE", "FREE"), lab.seen().slots());
    }

    @Test
    void servesAgainEachTime() throws Exception {
        try (AcrnLab lab = new AcrnLab((vcpu, slot) -> count(vcpu)).start()) {
            for (int round = 0; round < 20; round++) {
                serves(lab);
                lab.reset();
            }
            serves(lab);
            assertEquals(21 * 200, lab.requests.get());
        }
    }

    /** What a device keeps is forgotten: an answer that comes too late, or twice, reaches nobody. */
    @Test
    void forgetsWhatIsKept() throws Exception {
        try (AcrnLab lab = new AcrnLab((vcpu, slot) -> null).start()) {
            List<Future<String>> accesses = new ArrayList<>();
            for (int vcpu = 0; vcpu < 4; vcpu++) {
                accesses.add(access(lab, vcpu));
            }
            for (int vcpu = 0; vcpu < 4; vcpu++) {
                lab.awaitKept();
            }
            lab.machine.pause();
            lab.machine.reset();
            lab.machine.complete(0);
            lab.again();
            for (Future<String> access : accesses) {
                assertTrue(get(access).startsWith(ABANDONED), access.get());
            }
            lab.machine.complete(
                    1); // the slot is FREE: COMPLETE would be refused at the next access
            lab.device((vcpu, slot) -> count(vcpu));
            serves(lab);
            lab.machine.complete(2);
            lab.machine.complete(2);
            serves(lab);
            assertEquals(0, lab.seen().spurious());
        }
    }

    private static Future<String> access(AcrnLab lab, int vcpu) {
        return lab.meanwhile(
                () -> {
                    try {
                        return "read " + lab.vcpu(vcpu).readPort(1, 4);
                    } catch (RigException e) {
                        return e.words();
                    }
                });
    }

    /** Three vCPUs have asked, and the thread that would take it is still in a device: nobody ever sees those. */
    @Test
    void forgetsWhatIsNotTaken() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AcrnLab.Device slow =
                (vcpu, slot) -> {
                    inside.countDown();
                    try {
                        assertTrue(release.await(AcrnLab.PATIENCE_S, SECONDS));
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return null;
                };
        try (AcrnLab lab = new AcrnLab(slow).start()) {
            Future<String> first = access(lab, 0);
            assertTrue(inside.await(AcrnLab.PATIENCE_S, SECONDS));
            List<Future<String>> others = new ArrayList<>();
            for (int vcpu = 1; vcpu < 4; vcpu++) {
                others.add(access(lab, vcpu));
            }
            AcrnLab.await(
                    "they ask", () -> lab.seen().slots().stream().allMatch("PROCESSING"::equals));
            lab.machine.pause();
            Thread resetter = Thread.currentThread();
            Future<?> releaser =
                    lab.meanwhile(
                            () -> {
                                AcrnLab.await(
                                        "it waits for the device",
                                        () -> resetter.getState() == Thread.State.TIMED_WAITING);
                                release.countDown();
                                return null;
                            });
            lab.machine.reset();
            get(releaser);
            assertEquals(1, lab.requests.get());
            lab.device((vcpu, slot) -> count(vcpu));
            lab.again();
            assertTrue(get(first).startsWith(ABANDONED), first.get());
            for (Future<String> other : others) {
                assertTrue(get(other).startsWith(ABANDONED), other.get());
            }
            serves(lab);
            assertEquals(1 + 200, lab.requests.get());
        }
    }

    /** Wherever four vCPUs are when it comes, PENDING in the driver's queue too. */
    @Test
    void atAnyMoment() throws Exception {
        try (AcrnLab lab = new AcrnLab((vcpu, slot) -> count(vcpu)).start()) {
            for (int round = 0; round < 60; round++) {
                long before = lab.requests.get();
                Future<Bulk> guest =
                        lab.meanwhile(() -> lab.guest.bulk(9999, "pio r 1 4 vcpus=0xf expect=inc"));
                AcrnLab.await("some are served", () -> lab.requests.get() > before + 20);
                LockSupport.parkNanos(round * 7_000L);
                lab.machine.pause();
                if (round % 2 == 0) {
                    get(guest); // else what is PENDING has hardly been seen by the driver
                }
                lab.machine.reset();
                lab.again();
                assertEquals(0, get(guest).mismatches(), guest.get()::toString);
            }
            serves(lab);
        }
    }

    /** The hypervisor resets what is paused, and starts what was reset; nothing else. */
    @Test
    void onlyFromPaused() throws Exception {
        try (AcrnLab lab = new AcrnLab((vcpu, slot) -> count(vcpu)).start()) {
            Future<String> access;
            lab.device((vcpu, slot) -> null);
            access = access(lab, 3);
            assertEquals(3, lab.awaitKept());
            says("ACRN_IOCTL_RESET_VM() on VM ", "the User VM is not paused", lab.machine::reset);
            lab.answer(3, 7); // it goes on as if nothing had been asked
            assertEquals("read 7", get(access));
            lab.device((vcpu, slot) -> count(vcpu));
            serves(lab);

            lab.machine.pause();
            assertFalse(lab.machine.resumable());
            says("ACRN_IOCTL_START_VM() on VM ", "a paused one cannot go on", lab.machine::resume);
            lab.guest.fail("reset", -1, 1);
            says("ACRN_IOCTL_RESET_VM() on VM ", "is not paused", lab.machine::reset);
            lab.machine.reset();
            lab.machine.reset(); // its image was not found, say; and is now
            lab.again();
            serves(lab);
        }
    }

    /** A call of the machine that fails. */
    interface Call {
        void run() throws IOException;
    }

    private static void says(String begin, String cause, Call call) {
        String message = assertThrows(IOException.class, call::run).getMessage();
        assertTrue(message.startsWith(begin) && message.contains(cause), message);
    }

    /**
     * {@code acrn_ioreq_request_clear} waits for the driver's own clients, but {@code acrn_ioreq_complete_request}
     * unmarks a request before it completes the slot: one in the middle would complete it after the reset.
     */
    @Test
    void doorbellsOutliveIt() throws Exception {
        Semaphore rung = new Semaphore(0);
        try (AcrnLab lab = new AcrnLab((vcpu, slot) -> count(vcpu)).start()) {
            lab.machine.doorbell(MMIO, 0xFEB0_0000L, 4, OptionalLong.empty(), rung::release);
            for (int round = 0; round < 40; round++) {
                Injector other = lab.vcpu(1);
                Future<Bulk> rings =
                        lab.meanwhile(() -> other.bulk(9999, "mmio w 0xfeb00000 4 1 vcpus=0xe"));
                assertTrue(rung.tryAcquire(AcrnLab.PATIENCE_S, SECONDS));
                lab.machine.pause();
                lab.machine.reset();
                get(rings);
                lab.again();
                rung.drainPermits();
                lab.guest.writeMemory(0xFEB0_0000L, 4, 1);
                assertTrue(rung.tryAcquire(AcrnLab.PATIENCE_S, SECONDS));
            }
            serves(lab);
            assertEquals(200, lab.requests.get());
        }
    }
}
