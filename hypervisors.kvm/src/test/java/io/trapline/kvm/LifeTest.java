package io.trapline.kvm;

import static io.trapline.kvm.Lab.code;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IoRequestSlot;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Start, pause, resume, reset and close at the awkward moments. */
@Timeout(300)
class LifeTest {
    private static final int COUNTER = 0x8000;

    /** Counts in memory and never leaves the guest. */
    private static final byte[] COUNTING =
            code(
                    "E630", // out 0x30, al
                    "FF05 00800000", // inc dword [0x8000]
                    "EBF8"); // jmp to the inc

    /** Reads a port and shows what it read, for ever. */
    private static final byte[] ECHOING = code("E430 E631 EBFA"); // in al, 0x30; out 0x31, al; jmp

    private static final byte[] HALTED =
            code("E630 FA F4 EBFD"); // out 0x30, al; cli; hlt; jmp to it

    @Test
    void anAnswerComesLateFromAnotherThread() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> null)) {
            lab.run(CpuMode.PROTECTED, ECHOING);
            for (int round = 0; round < 3000; round++) {
                assertEquals("in 30/1", lab.next());
                lab.answer(0, round & 0xFF);
                assertEquals("out 31/1 " + Integer.toHexString(round & 0xFF), lab.next());
                lab.answer(0, 0);
            }
        }
    }

    @Test
    void aPausedGuestDoesNothing() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            lab.run(CpuMode.PROTECTED, COUNTING);
            lab.next();
            for (int round = 0; round < 200; round++) {
                lab.machine.pause();
                int count = lab.low().getInt(COUNTER);
                for (int look = 0; look < 1000; look++) {
                    assertEquals(count, lab.low().getInt(COUNTER));
                }
                lab.machine.resume();
                awaitCount(lab, count);
            }
        }
    }

    private static void awaitCount(Lab lab, int count) {
        while (lab.low().getInt(COUNTER) == count) {
            Thread.yield(); // the guest counts in another thread
        }
    }

    @Test
    void pauseWhileHaltedInTheKernel() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            lab.run(CpuMode.PROTECTED, HALTED);
            lab.next();
            for (int round = 0; round < 200; round++) {
                lab.machine.pause();
                lab.machine.resume();
            }
        }
    }

    @Test
    void pauseWhileProcessorsWaitToBeStarted() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L, 4 << 20, 3)) {
            lab.run(CpuMode.PROTECTED, COUNTING);
            for (int round = 0; round < 100; round++) {
                lab.machine.pause();
                lab.machine.resume();
            }
        }
    }

    /** The vCPU waits for its answer: stopped already; the answer comes while it is, and is taken after. */
    @Test
    void anAnswerWhilePaused() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> null)) {
            lab.run(CpuMode.PROTECTED, ECHOING);
            for (int round = 0; round < 300; round++) {
                assertEquals("in 30/1", lab.next());
                lab.machine.pause();
                lab.answer(0, 0x55);
                assertNull(lab.asked.peek());
                lab.machine.resume();
                assertEquals("out 31/1 55", lab.next());
                lab.answer(0, 0);
            }
        }
    }

    /** Pausing races with answers, given inline and by another thread: nothing is lost, nothing comes twice. */
    @Test
    void pauseRacesWithAnswers() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        try (Lab lab =
                new Lab((vcpu, slot) -> slot.direction() == IoRequestSlot.WRITE ? 0L : null)) {
            lab.run(CpuMode.PROTECTED, ECHOING);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread answering =
                    new Thread(
                            () -> {
                                try {
                                    for (int round = 0; !over.get(); round++) {
                                        assertEquals("in 30/1", lab.next());
                                        lab.answer(0, round & 0x7F);
                                        String echo = Integer.toHexString(round & 0x7F);
                                        assertEquals("out 31/1 " + echo, lab.next());
                                    }
                                } catch (Throwable e) {
                                    failure.set(e);
                                }
                            });
            answering.start();
            for (int round = 0; round < 2000 && failure.get() == null; round++) {
                lab.machine.pause();
                lab.machine.resume();
            }
            over.set(true);
            answering.join();
            assertNull(failure.get());
        }
    }

    /** The request that a reset forgets is answered late: the machine's next life does not see it. */
    @Test
    void resetWhileAnAnswerIsOwed() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> null)) {
            lab.run(CpuMode.PROTECTED, ECHOING);
            for (int round = 0; round < 300; round++) {
                assertEquals("in 30/1", lab.next());
                lab.machine.pause();
                lab.machine.reset();
                assertEquals(IoRequestSlot.FREE, lab.slot(0).state());
                lab.machine.boot(CpuMode.PROTECTED, Lab.ENTRY);
                lab.machine.resume();
            }
            assertEquals("in 30/1", lab.next());
            lab.answer(0, 7);
            assertEquals("out 31/1 7", lab.next());
        }
    }

    /** The vCPU's thread is inside a device, and comes back into another life of the machine. */
    @Test
    void resetWhileADeviceHoldsTheThread() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch out = new CountDownLatch(1);
        try (Lab lab = new Lab((vcpu, slot) -> 0x11L)) {
            lab.device(
                    (vcpu, slot) -> {
                        inside.countDown();
                        await(out);
                        return null;
                    });
            lab.run(CpuMode.PROTECTED, ECHOING);
            inside.await();
            lab.machine.pause();
            lab.machine.reset();
            lab.machine.boot(CpuMode.PROTECTED, Lab.ENTRY);
            lab.device((vcpu, slot) -> 0x22L);
            lab.machine.resume();
            lab.machine.pause();
            lab.machine.resume();
            out.countDown();
            assertEquals("in 30/1", lab.next());
            assertEquals("in 30/1", lab.next());
            assertEquals("out 31/1 22", lab.next());
        }
    }

    @Test
    void resetWhileSpinning() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L, 4 << 20, 2)) {
            lab.run(CpuMode.PROTECTED, COUNTING);
            for (int round = 0; round < 100; round++) {
                assertEquals("out 30/1 0", lab.next());
                lab.machine.pause();
                lab.machine.reset();
                lab.machine.boot(CpuMode.PROTECTED, Lab.ENTRY);
                lab.machine.resume();
            }
        }
    }

    @Test
    void resetOnlyWhilePaused() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            lab.run(CpuMode.PROTECTED, COUNTING);
            assertThrows(IllegalStateException.class, () -> lab.machine.reset());
        }
    }

    @Test
    void pauseAndResetFromTheVcpusOwnThread() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0x33L)) {
            lab.device(
                    (vcpu, slot) -> {
                        lab.device((again, next) -> 0x44L);
                        try {
                            lab.machine.pause();
                            lab.machine.reset();
                            lab.machine.boot(CpuMode.PROTECTED, Lab.ENTRY);
                            lab.machine.resume();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                        return null;
                    });
            lab.run(CpuMode.PROTECTED, ECHOING);
            assertEquals("in 30/1", lab.next());
            assertEquals("in 30/1", lab.next());
            assertEquals("out 31/1 44", lab.next());
        }
    }

    @Test
    void closeInEveryState() throws Exception {
        for (int round = 0; round < 20; round++) {
            new Lab((vcpu, slot) -> 0L).close();

            Lab spinning = new Lab((vcpu, slot) -> 0L, 4 << 20, 2);
            spinning.run(CpuMode.PROTECTED, COUNTING).close();

            Lab halted = new Lab((vcpu, slot) -> 0L);
            halted.run(CpuMode.PROTECTED, HALTED).next();
            halted.close();
            halted.close();

            Lab owing = new Lab((vcpu, slot) -> null);
            owing.run(CpuMode.PROTECTED, ECHOING).next();
            owing.close();
            owing.answer(0, 1);
            owing.machine.interruptLine(4, true);
            assertTrue(!owing.machine.message(0xFEE00000L, 0x30));

            Lab paused = new Lab((vcpu, slot) -> 0L);
            paused.run(CpuMode.PROTECTED, COUNTING).machine.pause();
            paused.close();
        }
    }

    @Test
    void closeFromTheVcpusOwnThread() throws Exception {
        Lab lab = new Lab((vcpu, slot) -> 0L);
        CountDownLatch closed = new CountDownLatch(1);
        lab.device(
                (vcpu, slot) -> {
                    lab.machine.close();
                    closed.countDown();
                    return 0L;
                });
        lab.run(CpuMode.PROTECTED, ECHOING);
        closed.await();
    }

    /** It does not wait for ever, and nothing is torn from under the thread. */
    @Test
    void closeWhileADeviceHoldsTheThread() throws Exception {
        CountDownLatch out = new CountDownLatch(1);
        Lab lab =
                new Lab(
                        (vcpu, slot) -> {
                            await(out);
                            return 1L;
                        });
        lab.run(CpuMode.PROTECTED, ECHOING).next();
        lab.close();
        lab.low().putInt(0, 1); // a device that is late finds empty memory, not a fault
        out.countDown();
    }

    @Test
    void interruptsWhileClosing() throws Exception {
        for (int round = 0; round < 100; round++) {
            Lab lab = new Lab((vcpu, slot) -> 0L).run(CpuMode.PROTECTED, ECHOING);
            CountDownLatch begun = new CountDownLatch(1);
            AtomicBoolean over = new AtomicBoolean();
            Thread interrupting =
                    new Thread(
                            () -> {
                                while (!over.get()) {
                                    lab.machine.interruptLine(4, true);
                                    lab.machine.message(0xFEE00000L, 0x30);
                                    lab.machine.interruptLine(4, false);
                                    begun.countDown();
                                }
                            });
            interrupting.start();
            begun.await();
            lab.close();
            over.set(true);
            interrupting.join();
        }
    }

    @Test
    void twoMachinesAtOnce() throws Exception {
        try (Lab one = new Lab((vcpu, slot) -> 0x11L);
                Lab two = new Lab((vcpu, slot) -> 0x22L)) {
            one.run(CpuMode.PROTECTED, ECHOING);
            two.run(CpuMode.PROTECTED, ECHOING);
            for (int round = 0; round < 500; round++) {
                assertEquals("in 30/1", one.next());
                assertEquals("in 30/1", two.next());
                assertEquals("out 31/1 11", one.next());
                assertEquals("out 31/1 22", two.next());
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
