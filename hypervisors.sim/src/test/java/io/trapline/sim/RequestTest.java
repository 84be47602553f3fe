package io.trapline.sim;

import static io.trapline.hypervisor.IoRequestSlot.COMPLETE;
import static io.trapline.hypervisor.IoRequestSlot.FREE;
import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static io.trapline.hypervisor.IoRequestSlot.PCICFG;
import static io.trapline.hypervisor.IoRequestSlot.PORTIO;
import static io.trapline.hypervisor.IoRequestSlot.PROCESSING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.VmStop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** linux/acrn.h, {@code struct acrn_io_request}, and HSM.md: what a request looks like and how it goes. */
@Timeout(60)
class RequestTest {
    private final BlockingQueue<Long> read = new LinkedBlockingQueue<>();

    @Test
    void goesThroughTheStatesInOrder() throws Exception {
        List<Integer> states = new ArrayList<>();
        try (TestCore core = new TestCore(cpu -> read.add(cpu.in(0x3F8, 1)), 1)) {
            core.handle(core::keep);
            states.add(core.slot(0).state());
            core.start();
            core.awaitKept();
            states.add(core.slot(0).state());
            core.vm.pause(); // so that the vCPU leaves the answer where it is
            core.answer(0, 0x60);
            states.add(core.slot(0).state());
            core.vm.resume();
            assertEquals(0x60L, TestCore.take(read));
            core.awaitStop();
            states.add(core.slot(0).state());
        }

        assertEquals(List.of(FREE, PROCESSING, COMPLETE, FREE), states);
    }

    @Test
    void answersAtOnce() throws Exception {
        try (TestCore core = new TestCore(cpu -> read.add(cpu.in(0x3FD, 2)), 1)) {
            core.start();

            assertEquals(0x3FDL, TestCore.take(read));
            assertEquals(VmStop.Kind.SHUTDOWN, core.awaitStop().kind());
            assertEquals(List.of("0 read 3fd/2 0"), core.trace);
            assertEquals(0, core.vm.strayAnswers());
        }
    }

    @Test
    void isNotOverBeforeTheNotification() throws Exception {
        try (TestCore core =
                new TestCore(cpu -> read.add(cpu.in(0x3F8, 1)), 1, "deterministic=true")) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            core.handle(core::keep).start();
            steps.run(100);
            core.slot(0).value(0x41).state(COMPLETE);

            assertEquals(0, steps.run(100));

            core.vm.complete(0);
            steps.run(100);
            assertEquals(0x41L, read.poll());
        }
    }

    @Test
    void ofAPollingHypervisorNeedsNoNotification() throws Exception {
        try (TestCore core = new TestCore(cpu -> read.add(cpu.in(0x3F8, 1)), 1, "polling=true")) {
            core.handle(core::keep).start();
            core.awaitKept();
            assertTrue(core.slot(0).completionPolling());
            core.answer(0, 0x42);

            assertEquals(0x42L, TestCore.take(read));
            assertEquals(0, core.vm.strayAnswers());
        }
    }

    @Test
    void saysThatItWantsANotification() throws Exception {
        try (TestCore core = new TestCore(cpu -> read.add(cpu.in(0x3F8, 1)), 1)) {
            core.handle(core::keep).start();
            core.awaitKept();

            assertFalse(core.slot(0).completionPolling());
        }
    }

    @Test
    void isAnsweredLateFromAnotherThread() throws Exception {
        int reads = 20_000;
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            for (int i = 0; i < reads; i++) {
                                if (cpu.load(0xFED0_0000L + i, 4) != 0xFED0_0000L + i) {
                                    throw new AssertionError("wrong answer to read " + i);
                                }
                            }
                        },
                        2)) {
            core.handle(core::keep).start();
            for (int i = 0; i < 2 * reads; i++) {
                core.echo(core.awaitKept());
            }

            assertEquals(VmStop.Kind.SHUTDOWN, core.awaitStop().kind());
            assertEquals(0, core.vm.strayAnswers());
        }
    }

    @Test
    void answeredTwiceIsCountedAndDoesNoHarm() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            read.add(cpu.in(1, 1));
                            cpu.awaitInterrupt(4);
                            read.add(cpu.in(2, 1));
                        },
                        1)) {
            core.handle(core::keep).start();
            core.awaitKept();
            core.answer(0, 0x11);
            core.vm.complete(0); // once more, and nobody waits for it
            assertEquals(1, core.vm.strayAnswers());
            core.vm.interruptLine(4, true);
            core.awaitKept();
            core.answer(0, 0x22);

            assertEquals(0x11L, TestCore.take(read));
            assertEquals(0x22L, TestCore.take(read));
        }
    }

    @Test
    void cutsWhatIsWiderThanTheAccess() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            read.add(cpu.in(1, 1));
                            read.add(cpu.load(0xFED0_0000L, 8));
                            cpu.out(2, 2, -1);
                        },
                        1)) {
            core.handle(vcpu -> core.answer(vcpu, -1)).start();
            core.awaitStop();

            assertEquals(List.of(0xFFL, -1L), List.copyOf(read));
            assertEquals("0 write 2/2 ffff", core.trace.get(2));
        }
    }

    @Test
    void hasTheTypeOfItsAccess() throws Exception {
        List<Integer> types = new ArrayList<>();
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            cpu.in(0x70, 1);
                            cpu.load(0xFED0_0000L, 1);
                            cpu.readConfiguration(0, 1, 2, 4, 4);
                        },
                        1)) {
            core.handle(
                            vcpu -> {
                                types.add(core.slot(vcpu).type());
                                core.echo(vcpu);
                            })
                    .start();
            core.awaitStop();

            assertEquals(List.of(PORTIO, MMIO, PCICFG), types);
        }
    }

    @Test
    void ofPciConfigurationKeepsItsBusWhenAnswered() throws Exception {
        List<Integer> seen = new ArrayList<>();
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            read.add((long) cpu.readConfiguration(0x12, 3, 7, 0x40, 4));
                            cpu.writeConfiguration(0xFF, 31, 0, 0x3C, 1, 0x1FF);
                        },
                        1)) {
            core.handle(
                            vcpu -> {
                                IoRequestSlot slot = core.slot(vcpu);
                                long written = slot.value();
                                slot.value(-1);
                                seen.addAll(
                                        List.of(
                                                slot.pciBus(),
                                                slot.pciDevice(),
                                                slot.pciFunction(),
                                                slot.pciRegister(),
                                                (int) slot.size(),
                                                (int) written));
                                core.answer(vcpu, 0xFFFF_FFFF_1234_5678L);
                            })
                    .start();
            core.awaitStop();

            assertEquals(List.of(0x12, 3, 7, 0x40, 4, 0, 0xFF, 31, 0, 0x3C, 1, 0xFF), seen);
            assertEquals(0x1234_5678L, TestCore.take(read));
        }
    }

    @Test
    void onASlotThatTheCoreSpoiltKillsTheMachine() throws Exception {
        try (TestCore core = new TestCore(cpu -> cpu.in(1, 1), 1)) {
            core.slot(0).state(COMPLETE);
            core.start();

            VmStop stop = core.awaitStop();
            assertEquals(VmStop.Kind.DIED, stop.kind());
            assertTrue(
                    stop.detail().contains("slot of vCPU 0: state=1, wanted FREE"), stop::detail);
        }
    }

    @Test
    void sixteenVcpusEachInItsSlot() throws Exception {
        int reads = 500;
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            for (int i = 0; i < reads; i++) {
                                long port = cpu.id() * 0x1000L + i;
                                if (cpu.in((int) port, 4) != port) {
                                    throw new AssertionError("wrong answer on port " + port);
                                }
                            }
                        },
                        16)) {
            core.start();

            assertEquals(VmStop.Kind.SHUTDOWN, core.awaitStop().kind());
            assertEquals(16 * reads, core.trace.size());
        }
    }
}
