package io.trapline.acrn;

import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static io.trapline.hypervisor.IoRequestSlot.PCICFG;
import static io.trapline.hypervisor.IoRequestSlot.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.linux.Kick;
import io.trapline.rig.Bulk;
import io.trapline.rig.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every request is taken once and answered once: {@code drivers/virt/acrn/ioreq.c}. */
@OnRig
class ServingTest {
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

    /** {@code acrn_ioreq_request_default_complete}: a NOTIFY is not checked, so there is one a request, and no other. */
    @Test
    void everyWidthOfPortsAndMemoryIsAnswered() throws Exception {
        long pattern = 0xF1E2_D3C4_B5A6_9788L;
        try (AcrnLab lab = new AcrnLab(this::note).start()) {
            for (int width = 1; width <= 8; width *= 2) {
                long cut = pattern & -1L >>> (64 - 8 * width);
                lab.device((vcpu, slot) -> pattern);
                assertEquals(cut, lab.guest.readMemory(0xFEB0_0000L, width));
                if (width <= 4) {
                    assertEquals(cut, lab.guest.readPort(0x3F8, width));
                }
                lab.device(this::note);
                lab.guest.writeMemory(0xFEB0_0008L, width, cut);
                assertEquals("1 1 feb00008/%d %x".formatted(width, cut), asked.remove());
            }
            Status.Machine seen = lab.seen();
            assertEquals(seen.accesses(), seen.notifies());
            assertEquals(0, seen.spurious());
            assertEquals(List.of("FREE", "FREE", "FREE", "FREE"), seen.slots());
        }
    }

    private Long note(int vcpu, IoRequestSlot slot) {
        asked.add(
                "%d %d %x/%d %x"
                        .formatted(
                                slot.type(),
                                slot.direction(),
                                slot.address(),
                                slot.size(),
                                slot.value()));
        return 0L;
    }

    /** Each vCPU sees its own numbers, one after the other: none is lost, none comes twice. */
    @Test
    void fourVcpusAreServedAtOnce() throws Exception {
        long[] next = new long[4];
        try (AcrnLab lab = new AcrnLab((vcpu, slot) -> next[vcpu]++).start()) {
            Bulk bulk = lab.guest.bulk(2000, "pio r 0x3f8 4 vcpus=0xf expect=inc");
            assertTrue(bulk.good(), bulk::toString);
            assertEquals(8000, lab.requests.get());
        }
    }

    /** {@code hsm.c, acrn_dev_open}: an open file is a User VM of its own. */
    @Test
    void twoMachinesDoNotMix() throws Exception {
        long[] next = new long[2];
        try (AcrnLab one = new AcrnLab((vcpu, slot) -> next[0]++).start();
                AcrnLab other = new AcrnLab((vcpu, slot) -> next[1]++).start()) {
            Future<Bulk> first = one.meanwhile(() -> one.guest.bulk(1000, "pio r 1 4 expect=inc"));
            Bulk second = other.guest.bulk(1000, "pio r 1 4 expect=inc");
            assertTrue(second.good(), second::toString);
            assertTrue(AcrnLab.get(first).good());
            assertEquals(List.of(1000L, 1000L), List.of(one.requests.get(), other.requests.get()));
        }
    }

    /** {@code acrn_ioreq_client_wait}: a signal ends the wait, and ATTACH returns 0 with nothing to take. */
    @Test
    void signalsLoseNothingAndRepeatNothing() throws Exception {
        long[] next = new long[4];
        try (AcrnLab lab = new AcrnLab((vcpu, slot) -> next[vcpu]++).start()) {
            int tid = attachTid();
            Future<Bulk> bulk =
                    lab.meanwhile(() -> lab.guest.bulk(1500, "pio r 0x3f8 4 vcpus=0xf expect=inc"));
            int signals = 0;
            for (; !bulk.isDone(); signals++) {
                Kick.thread(tid);
                LockSupport.parkNanos(100_000); // else the thread does nothing but handle them
            }
            assertEquals("", AcrnLab.get(bulk).firstError());
            assertTrue(bulk.get().good(), bulk.get()::toString);
            assertEquals(6000, lab.requests.get());
            assertTrue(signals > 100, "signals=" + signals);
            assertEquals(1, AcrnLab.attached().size());
        }
    }

    private static int attachTid() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(ServingTest::attaches)
                    .mapToInt(task -> Integer.parseInt(task.getFileName().toString()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static boolean attaches(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip().equals("acrn-lab-attach");
        } catch (IOException e) {
            return false;
        }
    }

    /** {@code acrn_ioreq_dispatch}: {@code kernel_handled} slots are the ioeventfd client's, in state PROCESSING as ours. */
    @Test
    void whatTheKernelHandlesIsNotTaken() throws Exception {
        long[] next = new long[4];
        try (AcrnLab lab = new AcrnLab((vcpu, slot) -> next[vcpu]++).start()) {
            lab.machine.doorbell(MMIO, 0xFEB0_0000L, 4, OptionalLong.empty(), () -> {});
            Future<Bulk> rings =
                    lab.meanwhile(() -> lab.vcpu(1).bulk(1500, "mmio w 0xfeb00000 4 1 vcpus=0xa"));
            Bulk reads = lab.guest.bulk(1500, "pio r 0x3f8 4 vcpus=0x5 expect=inc");
            assertTrue(reads.good(), reads::toString);
            assertTrue(AcrnLab.get(rings).good());
            // the same slot, in turn the kernel's and ours
            for (int round = 0; round < 300; round++) {
                lab.guest.writeMemory(0xFEB0_0000L, 4, round);
                assertEquals(1500 + round, lab.guest.readPort(0x3F8, 4));
            }
            assertEquals(3300, lab.requests.get());
        }
    }

    /** {@code acrn_ioreq_dispatch}, "Failed to find ioreq client": the client is made before START_VM, and only once. */
    @Test
    void theDefaultClientIsThereBeforeTheGuestRuns() throws Exception {
        try (AcrnLab lab = new AcrnLab()) {
            lab.guest.fail("start", -1, 1);
            IOException refused = assertThrows(IOException.class, lab::start);
            assertTrue(refused.getMessage().startsWith("ACRN_IOCTL_START_VM() on VM "));
            AcrnLab.await("somebody waits for requests", () -> AcrnLab.attached().size() == 1);

            lab.start(); // a second CREATE_IOREQ_CLIENT would be EEXIST
            assertEquals(0x3F8, lab.guest.readPort(0x3F8, 2));
            assertEquals(1, AcrnLab.attached().size());
        }
    }

    /** {@code handle_cf8cfc}: port 0xCF8 stays in the driver, what comes has 4 bytes of value and then the place. */
    @Test
    void configurationCyclesKeepTheirPlace() throws Exception {
        long answer = 0x1122_3344_8899_AABBL; // the upper half would be the bus
        AcrnLab.Device function =
                (vcpu, slot) -> {
                    slot.value(answer);
                    asked.add(
                            "%d %x:%x.%x %x/%d %x"
                                    .formatted(
                                            slot.type(),
                                            slot.pciBus(),
                                            slot.pciDevice(),
                                            slot.pciFunction(),
                                            slot.pciRegister(),
                                            slot.size(),
                                            slot.direction() == WRITE ? slot.value() : 0));
                    return answer;
                };
        try (AcrnLab lab = new AcrnLab(function).start()) {
            for (int width = 1; width <= 4; width *= 2) {
                for (int offset = 0; offset < 4; offset += width) {
                    int register = 0xF40 + offset;
                    long value = lab.guest.readConfiguration("a5:1f.7", register, width);
                    assertEquals(answer & -1L >>> (64 - 8 * width), value);
                    String place = PCICFG + " a5:1f.7 %x/%d ".formatted(register, width);
                    assertEquals(place + "0", asked.remove());
                }
            }
            lab.device((vcpu, slot) -> function.answer(vcpu, slot) & 0); // its value is overwritten
            lab.guest.writeConfiguration("00:02.0", 0x12, 2, 0xBEEF);
            assertEquals(PCICFG + " 0:2.0 12/2 8899aabb", asked.remove());
            assertEquals(8, lab.requests.get());
        }
    }
}
