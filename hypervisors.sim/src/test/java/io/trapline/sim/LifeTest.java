package io.trapline.sim;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.VmStop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contract of {@code VirtualMachine}: pause, resume, reset and close at awkward moments. */
@Timeout(60)
class LifeTest {
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

    @Test
    void aVcpuThatWaitsForItsAnswerIsPaused() throws Exception {
        try (TestCore core = new TestCore(cpu -> said.add("got " + cpu.in(1, 1)), 1)) {
            core.handle(core::keep).start();
            core.awaitKept();

            core.vm.pause();
            core.answer(0, 7);
            core.vm.pause();
            assertTrue(said.isEmpty());
            core.vm.resume();

            assertEquals("got 7", TestCore.take(said));
        }
    }

    @Test
    void aRequestThatIsBeingServedDoesNotHoldUpPause() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        try (TestCore core = new TestCore(cpu -> said.add("got " + cpu.in(1, 1)), 1)) {
            core.handle(
                            vcpu -> {
                                inside.countDown();
                                await(letGo);
                                core.answer(vcpu, 9);
                            })
                    .start();
            await(inside);

            core.vm.pause();
            letGo.countDown();
            core.vm.resume();

            assertEquals("got 9", TestCore.take(said));
        }
    }

    @Test
    void aPausedMachineSendsNothing() throws Exception {
        CountDownLatch computing = new CountDownLatch(1);
        CountDownLatch paused = new CountDownLatch(1);
        Thread[] pauser = new Thread[1];
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            cpu.in(1, 1);
                            computing.countDown();
                            awaitPausing(pauser[0]); // guest code: pause has to wait for it
                            cpu.in(2, 1);
                        },
                        1)) {
            pauser[0] =
                    new Thread(
                            () -> {
                                await(computing);
                                try {
                                    core.vm.pause();
                                } catch (IOException e) {
                                    said.add(e.toString());
                                }
                                paused.countDown();
                            });
            core.start();
            pauser[0].start();
            await(paused);

            assertEquals(List.of("0 read 1/1 0"), core.trace);
            assertEquals(IoRequestSlot.FREE, core.slot(0).state());
            core.vm.resume();
            core.awaitStop();
            assertEquals(List.of("0 read 1/1 0", "0 read 2/1 0"), core.trace);
            assertTrue(said.isEmpty(), said::toString);
        }
    }

    @Test
    void resetForgetsARequestAndBeginsAnew() throws Exception {
        AtomicInteger lives = new AtomicInteger();
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            int life = lives.incrementAndGet();
                            try {
                                said.add(life + " got " + cpu.in(life, 1));
                            } finally {
                                said.add(life + " over");
                            }
                        },
                        1)) {
            core.handle(core::keep).start();
            core.awaitKept();
            core.vm.pause();
            core.vm.reset();
            assertEquals("1 over", TestCore.take(said));
            assertEquals(IoRequestSlot.FREE, core.slot(0).state());
            assertTrue(core.stops.isEmpty());

            core.vm.boot(CpuMode.REAL, 0xFFFF0);
            core.vm.resume();
            core.awaitKept();
            core.answer(0, 5);

            assertEquals("2 got 5", TestCore.take(said));
            assertEquals(VmStop.Kind.SHUTDOWN, core.awaitStop().kind());
            assertEquals(0xFFFF0, core.vm.boot().entry());
        }
    }

    @Test
    void resetLeavesAThreadInTheCoresHandsWhichThenTouchesNothing() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        CountDownLatch unwound = new CountDownLatch(1);
        AtomicInteger lives = new AtomicInteger();
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            int life = lives.incrementAndGet();
                            try {
                                said.add(life + " got " + cpu.in(life, 1));
                            } finally {
                                if (life == 1) {
                                    unwound.countDown();
                                }
                            }
                        },
                        1)) {
            core.handle(
                            vcpu -> {
                                inside.countDown();
                                await(letGo);
                            })
                    .start();
            await(inside);
            core.vm.pause();
            core.vm.reset();
            core.handle(core::keep);
            core.vm.resume();
            core.awaitKept();
            letGo.countDown();
            await(unwound);

            assertEquals(IoRequestSlot.PROCESSING, core.slot(0).state());
            core.answer(0, 6);
            assertEquals("2 got 6", TestCore.take(said));
        }
    }

    @Test
    void resetKeepsTheRamAndLowersTheLines() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            said.add(cpu.load(0x1000, 4) + " " + cpu.interrupt(4));
                            cpu.store(0x1000, 4, 77);
                            cpu.in(1, 1);
                        },
                        1)) {
            core.handle(core::keep);
            core.vm.interruptLine(4, true);
            core.start();
            core.awaitKept();
            core.vm.pause();
            core.vm.reset();
            core.vm.resume();
            core.awaitKept();

            assertEquals(List.of("0 true", "77 false"), List.copyOf(said));
        }
    }

    @Test
    void closeTakesAVcpuOutOfEveryWait() throws Exception {
        CountDownLatch ready = new CountDownLatch(4);
        AtomicInteger unwound = new AtomicInteger();
        TestCore core =
                new TestCore(
                        cpu -> {
                            ready.countDown();
                            try {
                                switch (cpu.id()) {
                                    case 0 -> cpu.in(1, 1);
                                    case 1 -> cpu.awaitInterrupt(4);
                                    case 2 -> cpu.awaitMessage();
                                    default -> {
                                        for (; ; ) {
                                            cpu.nanoTime();
                                        }
                                    }
                                }
                            } catch (GuestStopped e) {
                                unwound.incrementAndGet();
                                throw e;
                            }
                        },
                        4);
        core.handle(core::keep).start();
        await(ready);
        core.awaitKept();
        core.close();

        assertEquals(4, unwound.get());
        assertEquals(List.of(), threadsOf("sim-t-"));
        assertTrue(core.stops.isEmpty());
        core.close();
        core.vm.complete(0);
        core.vm.interruptLine(4, true);
        core.vm.message(0xFEE0_0000L, 1);
    }

    @Test
    void closeIsSafeInEveryState() throws Exception {
        new TestCore(cpu -> cpu.in(1, 1), 1).close();

        TestCore paused = new TestCore(cpu -> cpu.awaitInterrupt(1), 1).start();
        paused.vm.pause();
        paused.close();

        TestCore reset = new TestCore(cpu -> cpu.awaitInterrupt(1), 1).start();
        reset.vm.pause();
        reset.vm.reset();
        reset.close();

        TestCore ended = new TestCore(cpu -> {}, 1).start();
        ended.awaitStop();
        ended.close();

        assertEquals(List.of(), threadsOf("sim-t-"));
    }

    @Test
    void aMachineThatHasStoppedCanBeResetAndRunAgain() throws Exception {
        try (TestCore core = new TestCore(cpu -> cpu.in(1, 1), 1).start()) {
            core.awaitStop();
            core.vm.pause();
            core.vm.reset();
            core.vm.resume();

            assertEquals(VmStop.Kind.SHUTDOWN, core.awaitStop().kind());
            assertEquals(2, core.trace.size());
        }
    }

    @Test
    void aScriptThatThrowsKillsItsMachineAndTellsWhere() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch unwound = new CountDownLatch(1);
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            if (cpu.id() == 1) {
                                await(begun);
                                cpu.in(1, 1);
                                throw new IllegalStateException("no such\nluck");
                            }
                            begun.countDown();
                            try {
                                cpu.awaitInterrupt(1);
                            } finally {
                                unwound.countDown();
                            }
                        },
                        2)) {
            core.start();
            VmStop stop = core.awaitStop();
            await(unwound);

            assertEquals(VmStop.Kind.DIED, stop.kind());
            assertEquals(1, stop.vcpu());
            assertTrue(
                    stop.detail()
                            .startsWith(
                                    "java.lang.IllegalStateException: no such luck at io.trapline"),
                    stop::detail);
            assertFalse(stop.detail().contains("\n"));
            core.vm.pause();
            assertTrue(core.stops.isEmpty());
        }
    }

    @Test
    void aScriptThatMakesNoAccessCannotBePausedAndGoesOn() throws Exception {
        CountDownLatch computing = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            computing.countDown();
                            await(done);
                            cpu.in(1, 1);
                        },
                        1)) {
            core.start();
            await(computing);
            String refusal = assertThrows(IOException.class, core.vm::pause).getMessage();
            done.countDown();
            core.awaitStop();

            assertEquals("machine t: vCPU 0 makes no access for 2 s, cannot pause it", refusal);
            assertEquals(1, core.trace.size());
        }
    }

    @Test
    void anInterruptLeftBehindByTheCoreDoesNoHarm() throws Exception {
        try (TestCore core = new TestCore(cpu -> said.add("got " + cpu.in(1, 1)), 1)) {
            core.handle(
                            vcpu -> {
                                Thread.currentThread().interrupt();
                                core.kept.add(vcpu);
                            })
                    .start();
            core.awaitKept();
            core.answer(0, 3);

            assertEquals("got 3", TestCore.take(said));
        }
    }

    @Test
    void isRefusedInTheWrongState() throws Exception {
        try (TestCore core = new TestCore(cpu -> cpu.awaitInterrupt(1), 1)) {
            assertThrows(IllegalStateException.class, core.vm::reset);
            assertThrows(IllegalStateException.class, core.vm::resume);
            core.start();
            assertThrows(IllegalStateException.class, core.vm::start);
            assertThrows(IllegalStateException.class, core.vm::reset);
        }
    }

    @Test
    void thousandsOfMachinesComeAndGo() throws Exception {
        for (int i = 0; i < 2000; i++) {
            try (TestCore core = new TestCore(cpu -> cpu.in(1, 1), 2)) {
                core.start();
                if (i % 2 == 0) {
                    core.awaitStop();
                }
            }
        }

        assertEquals(List.of(), threadsOf("sim-t-"));
    }

    private static List<String> threadsOf(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .toList();
    }

    /** Until the thread waits inside pause, and nowhere else. */
    private static void awaitPausing(Thread thread) {
        while (!(LockSupport.getBlocker(thread) instanceof PowerOn)) {
            Thread.onSpinWait();
        }
    }

    static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, SECONDS), "nobody came within 20 s");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
