package io.trapline.sim;

import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static io.trapline.hypervisor.IoRequestSlot.PORTIO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.trapline.hypervisor.Registration;
import io.trapline.hypervisor.VmStop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code VirtualMachine.posted}, and KVM's api.rst, section "coalesced MMIO": late, but in order. */
@Timeout(60)
class PostedTest {
    @Test
    void writesComeInOrderBeforeTheNextRequest() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            cpu.out(0x70, 1, 1);
                            cpu.store(0xFED0_0010L, 4, 2);
                            cpu.out(0x70, 1, 3);
                            cpu.in(0x71, 1);
                        },
                        1)) {
            core.vm.posted(PORTIO, 0x70, 1);
            core.vm.posted(MMIO, 0xFED0_0000L, 0x100);
            core.start().awaitStop();

            assertEquals(
                    List.of(
                            "0 write 70/1 1",
                            "0 write fed00010/4 2",
                            "0 write 70/1 3",
                            "0 read 71/1 0"),
                    core.trace);
        }
    }

    @Test
    void writesOfOneVcpuComeBeforeTheRequestOfAnother() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            if (cpu.id() == 0) {
                                cpu.out(0x70, 1, 1);
                                cpu.awaitInterrupt(1);
                            } else {
                                cpu.awaitInterrupt(2);
                                cpu.in(0x71, 1);
                            }
                        },
                        2,
                        "deterministic=true")) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            core.vm.posted(PORTIO, 0x70, 1);
            core.start();
            steps.run(100);
            assertEquals(List.of(), core.trace);
            core.vm.interruptLine(2, true);
            steps.run(100);

            assertEquals(List.of("1 write 70/1 1", "1 read 71/1 0"), core.trace);
        }
    }

    @Test
    void anotherVcpuWaitsUntilTheyAreAnswered() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            if (cpu.id() == 0) {
                                cpu.out(0x70, 1, 1);
                                cpu.out(0x70, 1, 2);
                            } else {
                                cpu.awaitInterrupt(2);
                            }
                            cpu.in(0x71, 1);
                        },
                        2,
                        "deterministic=true")) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            core.vm.posted(PORTIO, 0x70, 1);
            core.handle(core::keep).start();
            steps.run(100);
            core.vm.interruptLine(2, true);
            steps.run(100);
            assertEquals(List.of("0 write 70/1 1"), core.trace);
            core.answer(0, 0);
            steps.run(100);
            assertEquals(List.of("0 write 70/1 1", "0 write 70/1 2"), core.trace);
            core.handle(core::echo);
            core.answer(0, 0);
            steps.run(100);

            assertEquals(
                    List.of("0 read 71/1 0", "1 read 71/1 0"), sorted(core.trace.subList(2, 4)));
            assertEquals(VmStop.Kind.SHUTDOWN, core.awaitStop().kind());
        }
    }

    @Test
    void aFullRingIsSentAtOnce() throws Exception {
        int room = PostedWrites.CAPACITY;
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            for (int i = 0; i <= room; i++) {
                                cpu.out(0x70, 1, i);
                            }
                            cpu.awaitInterrupt(1);
                        },
                        1,
                        "deterministic=true")) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            core.vm.posted(PORTIO, 0x70, 1);
            core.start();
            steps.run(room);
            assertEquals(0, core.trace.size());
            steps.run(1000);

            List<String> expected = new ArrayList<>();
            for (int i = 0; i <= room; i++) {
                expected.add("0 write 70/1 " + Integer.toHexString(i));
            }
            assertEquals(expected, core.trace);
        }
    }

    @Test
    void theLastWritesComeWhenTheScriptEnds() throws Exception {
        try (TestCore core = new TestCore(cpu -> cpu.out(0x70, 1, 1), 1)) {
            core.vm.posted(PORTIO, 0x70, 1);
            core.start().awaitStop();

            assertEquals(List.of("0 write 70/1 1"), core.trace);
        }
    }

    @Test
    void onlyWholeWritesInsideAndOnlyUntilTakenBack() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            cpu.out(0x70, 2, 1); // half of it is outside
                            cpu.store(0x70 + 0xFED0_0000L, 1, 2);
                            cpu.awaitInterrupt(1);
                            cpu.out(0x70, 1, 3);
                            cpu.awaitInterrupt(2);
                        },
                        1,
                        "deterministic=true")) {
            DeterministicMachine steps = new DeterministicMachine(core.vm);
            Registration posted = core.vm.posted(PORTIO, 0x70, 1);
            core.start();
            steps.run(100);
            assertEquals(List.of("0 write 70/2 1", "0 write fed00070/1 2"), core.trace);
            posted.close();
            posted.close();
            core.vm.interruptLine(1, true);
            steps.run(100);

            assertEquals("0 write 70/1 3", core.trace.get(2));
            assertThrows(IllegalArgumentException.class, () -> core.vm.posted(PORTIO, 1, 0));
        }
    }

    @Test
    void nothingIsLostAmongManyThreads() throws Exception {
        int rounds = 2000;
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            for (int i = 0; i < rounds; i++) {
                                cpu.out(0x70 + cpu.id(), 4, i);
                                cpu.in(0x80 + cpu.id(), 1);
                            }
                        },
                        4)) {
            core.vm.posted(PORTIO, 0x70, 0x10);
            core.start().awaitStop();

            for (int id = 0; id < 4; id++) {
                assertEquals(rounds, inOrder(core.trace, 0x70 + id, 0x80 + id));
            }
            assertEquals(0, core.vm.strayAnswers());
        }
    }

    /** Counts the pairs; each write must come after the read before it and before the read after it. */
    private static int inOrder(List<String> trace, int written, int read) {
        String write = " write %x/4 ".formatted(written);
        String reading = " read %x/1 ".formatted(read);
        int writes = 0;
        int reads = 0;
        for (String line : trace) {
            if (line.contains(write)) {
                assertEquals(reads, writes);
                assertEquals(
                        Integer.toHexString(writes), line.substring(line.lastIndexOf(' ') + 1));
                writes++;
            } else if (line.contains(reading)) {
                reads++;
                assertEquals(writes, reads);
            }
        }
        return reads;
    }

    private static List<String> sorted(List<String> lines) {
        return lines.stream().sorted().toList();
    }
}
