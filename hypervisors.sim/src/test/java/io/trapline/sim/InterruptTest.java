package io.trapline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.VmStop;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lines and messages (Intel SDM volume 3A, "Message Address Register Format"), and who waits for them. */
@Timeout(60)
class InterruptTest {
    private static final long TO_0 = 0xFEE0_0000L;
    private static final long TO_1 = 0xFEE0_1000L;
    private static final long TO_ALL = 0xFEEF_F000L;
    private static final long TO_0_AND_2_LOGICAL = 0xFEE0_5004L;

    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

    @Test
    void aGuestWaitsForItsLine() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            cpu.awaitInterrupt(4);
                            said.add("woken");
                            cpu.awaitInterrupt(4); // still high
                            said.add("level " + cpu.interrupt(4) + " other " + cpu.interrupt(5));
                        },
                        1,
                        "deterministic=true")) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            core.start();
            steps.run(100);
            core.vm.interruptLine(5, true);
            core.vm.interruptLine(5, false);
            assertEquals(0, steps.run(100));
            core.vm.interruptLine(4, true);
            steps.run(100);

            assertEquals(List.of("woken", "level true other false"), List.copyOf(said));
        }
    }

    @Test
    void noWakeUpIsLostBetweenTwoThreads() throws Exception {
        int rounds = 20_000;
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            for (int i = 0; i < rounds; i++) {
                                cpu.awaitInterrupt(4);
                                cpu.out(1, 4, i); // the device lowers the line
                            }
                        },
                        1)) {
            core.handle(
                            vcpu -> {
                                core.vm.interruptLine(4, false);
                                core.kept.add(vcpu);
                                core.answer(vcpu, 0);
                            })
                    .start();
            for (int i = 0; i < rounds; i++) {
                core.vm.interruptLine(4, true);
                core.awaitKept();
            }

            assertEquals(VmStop.Kind.SHUTDOWN, core.awaitStop().kind());
        }
    }

    @Test
    void aMessageReachesTheProcessorInItsAddress() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            for (; ; ) {
                                said.add(cpu.id() + " got " + cpu.awaitMessage());
                            }
                        },
                        3,
                        "deterministic=true")) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            core.start();
            steps.run(100);

            assertEquals(List.of("0 got 7"), after(steps, core.vm.message(TO_0, 7)));
            assertEquals(List.of("1 got 8"), after(steps, core.vm.message(TO_1, 8)));
            assertEquals(
                    List.of("0 got 9", "1 got 9", "2 got 9"),
                    after(steps, core.vm.message(TO_ALL, 9)));
            assertEquals(
                    List.of("0 got 6", "2 got 6"),
                    after(steps, core.vm.message(TO_0_AND_2_LOGICAL, 6)));
        }
    }

    private List<String> after(DeterministicMachine steps, boolean sent) {
        assertTrue(sent);
        said.clear();
        steps.run(100);
        return said.stream().sorted().toList();
    }

    @Test
    void messagesWaitInOrderUntilTheyAreTooMany() throws Exception {
        int many = Interrupts.MESSAGES;
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            for (int i = 0; i < many; i++) {
                                said.add(String.valueOf(cpu.awaitMessage()));
                            }
                        },
                        1)) {
            for (int i = 0; i < many; i++) {
                assertTrue(core.vm.message(TO_0, i));
            }
            assertFalse(core.vm.message(TO_0, many));
            core.start();
            core.awaitStop();

            assertEquals("0", said.peek());
            assertEquals(String.valueOf(many - 1), List.copyOf(said).get(many - 1));
        }
    }

    @Test
    void whatNobodyCanReceiveIsRefused() throws Exception {
        try (TestCore core = new TestCore(cpu -> {}, 1)) {
            assertFalse(core.vm.message(0xFED0_0000L, 1));
            assertFalse(core.vm.message(TO_1, 1));
            assertThrows(IllegalArgumentException.class, () -> core.vm.interruptLine(-1, true));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> core.vm.interruptLine(Interrupts.LINES, true));
        }
    }
}
