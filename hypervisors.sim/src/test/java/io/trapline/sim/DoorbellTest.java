package io.trapline.sim;

import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static io.trapline.hypervisor.IoRequestSlot.PORTIO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.trapline.hypervisor.Registration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code VirtualMachine.doorbell}, and KVM's api.rst, section "KVM_IOEVENTFD". */
@Timeout(60)
class DoorbellTest {
    private static final long BAR = 0xFEB0_0000L;
    private final BlockingQueue<String> rung = new LinkedBlockingQueue<>();

    @Test
    void isToldByAThreadOfTheMachine() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            cpu.store(BAR, 2, 1);
                            cpu.awaitInterrupt(1);
                        },
                        1)) {
            core.vm.doorbell(
                    MMIO,
                    BAR,
                    2,
                    OptionalLong.empty(),
                    () -> rung.add(Thread.currentThread().getName()));
            core.start();

            assertEquals("sim-t-doorbells", TestCore.take(rung));
            assertEquals(List.of(), core.trace);
        }
        assertEquals(
                0,
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("sim-t-doorbells"))
                        .count());
    }

    @Test
    void ringsForItsWidthAndValueAlone() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            cpu.store(BAR, 2, 0x1_0002); // the match, cut to the width
                            cpu.store(BAR, 4, 2);
                            cpu.store(BAR, 2, 3);
                            cpu.out(0x60, 1, 9);
                            cpu.load(BAR, 2);
                        },
                        1,
                        "deterministic=true")) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            core.vm.doorbell(MMIO, BAR, 2, OptionalLong.of(2), () -> rung.add("two"));
            core.vm.doorbell(PORTIO, 0x60, 1, OptionalLong.empty(), () -> rung.add("port"));
            core.start();
            steps.run(100);

            assertEquals(List.of("port", "two"), rung.stream().sorted().toList());
            assertEquals(
                    List.of("0 write feb00000/4 2", "0 write feb00000/2 3", "0 read feb00000/2 0"),
                    core.trace);
        }
    }

    @Test
    void isOneCallForManyWritesAndNoneOnceTakenBack() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            for (int i = 0; i < 10; i++) {
                                cpu.out(0x60, 1, i);
                            }
                            cpu.awaitInterrupt(1);
                            cpu.out(0x60, 1, 11);
                        },
                        1,
                        "deterministic=true",
                        "seed=3")) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            Registration bell =
                    core.vm.doorbell(PORTIO, 0x60, 1, OptionalLong.empty(), () -> rung.add("rung"));
            core.start();
            int bells = 0;
            for (int step = steps.step();
                    step != DeterministicMachine.NOBODY;
                    step = steps.step()) {
                bells += step == DeterministicMachine.DOORBELL ? 1 : 0;
            }
            assertEquals(bells, rung.size());
            bell.close();
            bell.close();
            core.vm.interruptLine(1, true);
            steps.run(100);

            assertEquals(bells, rung.size());
            assertEquals(List.of("0 write 60/1 b"), core.trace);
        }
    }

    @Test
    void aListenerThatThrowsDoesNotSilenceTheOthers() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            cpu.out(0x60, 1, 0);
                            cpu.out(0x61, 1, 0);
                            cpu.awaitInterrupt(1);
                        },
                        1)) {
            core.vm.doorbell(
                    PORTIO,
                    0x60,
                    1,
                    OptionalLong.empty(),
                    () -> {
                        rung.add("bad");
                        throw new IllegalStateException("as the test wants it");
                    });
            core.vm.doorbell(PORTIO, 0x61, 1, OptionalLong.empty(), () -> rung.add("good"));
            core.start();

            assertEquals("bad", TestCore.take(rung));
            assertEquals("good", TestCore.take(rung));
        }
    }

    @Test
    void ofNoWidthIsRefused() throws Exception {
        try (TestCore core = new TestCore(cpu -> {}, 1)) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> core.vm.doorbell(MMIO, BAR, 3, OptionalLong.empty(), () -> {}));
        }
    }
}
