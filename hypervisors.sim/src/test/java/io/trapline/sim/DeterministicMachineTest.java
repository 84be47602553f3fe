package io.trapline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.ScriptedGuest;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One thread at a time, a clock by hand, an order that the seed decides. */
@Timeout(60)
class DeterministicMachineTest {
    private static final String BY_HAND = "deterministic=true";

    /** Ports, RAM shared among the vCPUs, lines, messages, time: all that can go one way or another. */
    private static final ScriptedGuest BUSY =
            cpu -> {
                for (int i = 0; i < 20; i++) {
                    cpu.store(0x1000, 4, cpu.load(0x1000, 4) + 1); // a race, and meant to be one
                    cpu.out(0x10 + cpu.id(), 4, cpu.load(0x1000, 4));
                    if (cpu.nanoTime() > 5) {
                        cpu.awaitInterrupt(1);
                    }
                    cpu.out(0x20, 1, cpu.awaitMessage());
                }
            };

    @Test
    void sameSeedSameRun() throws Exception {
        List<String> first = run(11);

        assertEquals(first, run(11));
        assertEquals(first, run(11));
        assertNotEquals(first, run(12));
        assertTrue(first.size() > 100, first::toString);
    }

    private static List<String> run(long seed) throws Exception {
        List<String> log = new ArrayList<>();
        Random test = new Random(seed);
        try (TestCore core = new TestCore(BUSY, 4, BY_HAND, "seed=" + seed)) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            core.handle(core::keep).start();
            for (int i = 0; i < 5000; i++) {
                log.add("step " + steps.step());
                switch (test.nextInt(4)) {
                    case 0 -> core.vm.message(0xFEE0_0000L | test.nextInt(4) << 12, i);
                    case 1 -> core.vm.interruptLine(1, test.nextBoolean());
                    case 2 -> steps.advance(1);
                    default -> {
                        Integer vcpu = core.kept.poll();
                        if (vcpu != null) {
                            core.echo(vcpu);
                        }
                    }
                }
            }
            log.addAll(core.trace);
            core.stops.forEach(stop -> log.add(stop.toString()));
        }
        return log;
    }

    @Test
    void nothingRunsBeforeItsStep() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            cpu.in(1, 1);
                            cpu.in(2, 1);
                        },
                        1,
                        BY_HAND)) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            assertEquals(DeterministicMachine.NOBODY, steps.step());
            core.start();
            assertEquals(0, core.trace.size());
            assertEquals(0, steps.step());
            assertEquals(1, core.trace.size());
            assertEquals(0, steps.step());
            assertEquals(2, core.trace.size());
            assertTrue(core.stops.isEmpty());
            assertEquals(0, steps.step());
            assertEquals(VmStop.Kind.SHUTDOWN, core.stops.remove().kind());
            assertEquals(DeterministicMachine.NOBODY, steps.step());
        }
    }

    @Test
    void theClockMovesByHandAlone() throws Exception {
        List<Long> times = new ArrayList<>();
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            times.add(cpu.nanoTime());
                            times.add(cpu.nanoTime());
                        },
                        1,
                        BY_HAND)) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            core.start();
            steps.step();
            steps.advance(1500);
            steps.run(10);

            assertEquals(List.of(0L, 1500L), times);
            assertEquals(1500, steps.nanoTime());
        }
    }

    @Test
    void aPausedMachineMakesNoStep() throws Exception {
        try (TestCore core = new TestCore(cpu -> cpu.in(1, 1), 2, BY_HAND)) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            core.start();
            core.vm.pause();
            assertEquals(DeterministicMachine.NOBODY, steps.step());
            assertEquals(0, steps.runnable());
            core.vm.resume();
            assertEquals(2, steps.runnable());
            steps.step();
            core.vm.pause();
            core.vm.reset();
            core.vm.resume();
            steps.run(100);

            assertEquals(3, core.trace.size());
            assertEquals(VmStop.Kind.SHUTDOWN, core.stops.remove().kind());
        }
    }

    @Test
    void aDeathTakesTheOthersOut() throws Exception {
        List<String> said = new ArrayList<>();
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            if (cpu.id() == 1) {
                                cpu.awaitInterrupt(1);
                                throw new IllegalStateException("enough");
                            }
                            try {
                                cpu.awaitMessage();
                            } finally {
                                said.add("out " + cpu.id());
                            }
                        },
                        3,
                        BY_HAND)) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            core.start();
            steps.run(100);
            core.vm.interruptLine(1, true);
            steps.run(100);

            assertEquals(List.of("out 0", "out 2"), said);
            assertEquals(VmStop.Kind.DIED, core.stops.remove().kind());
        }
    }

    @Test
    void isFoundByTheMachinesName() throws Exception {
        SimHypervisor sim = new SimHypervisor(Map.of());
        TestCore free = new TestCore(cpu -> {}, 1);
        assertThrows(IllegalArgumentException.class, () -> new DeterministicMachine(free.vm));
        free.close();
        Map<String, String> options = Map.of("deterministic", "true");
        try (var vm = sim.create(new VmShape("vm1", 2 << 20, 1, options), free)) {
            assertEquals(vm, sim.deterministic("vm1").machine());
            assertThrows(IllegalArgumentException.class, () -> sim.deterministic("vm2"));
        }
        assertThrows(IllegalArgumentException.class, () -> sim.deterministic("vm1"));
    }
}
