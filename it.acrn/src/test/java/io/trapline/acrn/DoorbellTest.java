package io.trapline.acrn;

import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static io.trapline.hypervisor.IoRequestSlot.PORTIO;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.Registration;
import io.trapline.rig.Bulk;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** Doorbells by {@code drivers/virt/acrn/ioeventfd.c}. */
@OnRig
class DoorbellTest {
    private static final long BAR = 0xFEB0_0000L;
    private static final OptionalLong ANY = OptionalLong.empty();

    private final Semaphore first = new Semaphore(0);
    private final Semaphore second = new Semaphore(0);

    private static void rings(Semaphore bell) throws InterruptedException {
        assertTrue(bell.tryAcquire(AcrnLab.PATIENCE_S, SECONDS));
    }

    /** {@code acrn_ioeventfd_deassign} takes the first entry of an eventfd: so each doorbell has its own. */
    @Test
    void eachRingsForItselfUntilItIsTakenBack() throws Exception {
        try (AcrnLab lab = new AcrnLab().start()) {
            Registration memory = lab.machine.doorbell(MMIO, BAR, 4, ANY, first::release);
            Registration port = lab.machine.doorbell(PORTIO, 0xC050, 2, ANY, second::release);
            lab.guest.writeMemory(BAR, 4, 3);
            rings(first);
            lab.guest.writePort(0xC050, 2, 3);
            rings(second);
            assertEquals(0, lab.requests.get());

            memory.close();
            memory.close();
            lab.guest.writeMemory(BAR, 4, 3);
            assertEquals(1, lab.requests.get());
            lab.guest.writePort(0xC050, 2, 3);
            rings(second);
            port.close();
            lab.guest.writePort(0xC050, 2, 3);
            assertEquals(2, lab.requests.get());
            assertEquals(0, first.availablePermits() + second.availablePermits());

            assertNotNull(lab.machine.doorbell(MMIO, BAR, 4, ANY, first::release));
            lab.guest.writeMemory(BAR, 4, 3);
            rings(first);
        }
    }

    /** {@code acrn_ioeventfd_handler}: "reading does nothing and return 0". */
    @Test
    void readsGiveZero() throws Exception {
        try (AcrnLab lab = new AcrnLab((vcpu, slot) -> 0x55L).start()) {
            Registration doorbell = lab.machine.doorbell(MMIO, BAR, 4, ANY, first::release);
            assertEquals(0, lab.guest.readMemory(BAR, 4));
            assertEquals(0x55, lab.guest.readMemory(BAR + 4, 4));
            doorbell.close();
            assertEquals(0x55, lab.guest.readMemory(BAR, 4));
            assertEquals(0, first.availablePermits());
        }
    }

    /** {@code acrn_ioeventfd_handler} drops a write that no entry matches: so one with a value stays a request. */
    @Test
    void oneWithAValueStaysARequest() throws Exception {
        try (AcrnLab lab = new AcrnLab().start()) {
            assertNull(lab.machine.doorbell(MMIO, BAR, 4, OptionalLong.of(3), first::release));
            lab.guest.writeMemory(BAR, 4, 3);
            lab.guest.writeMemory(BAR, 4, 4);
            assertEquals(2, lab.requests.get());
        }
    }

    /** {@code hsm_ioeventfd_is_conflict} compares entries of one eventfd only: it would take a second, and never ring it. */
    @Test
    void theSamePlaceTwiceIsRefused() throws Exception {
        try (AcrnLab lab = new AcrnLab().start()) {
            Registration there = lab.machine.doorbell(MMIO, BAR, 4, ANY, first::release);
            assertNull(lab.machine.doorbell(MMIO, BAR, 2, ANY, second::release));
            assertNotNull(lab.machine.doorbell(PORTIO, BAR & 0xFFFF, 2, ANY, second::release));
            lab.guest.writeMemory(BAR, 4, 1);
            rings(first);
            there.close();
            assertNotNull(lab.machine.doorbell(MMIO, BAR, 2, ANY, second::release));
        }
    }

    /** {@code acrn_ioeventfd_assign}: other widths are EINVAL, and no descriptor stays. */
    @Test
    void whatTheDriverRefusesStaysARequest() throws Exception {
        Leftovers leftovers = new Leftovers();
        try (AcrnLab lab = new AcrnLab().start()) {
            lab.machine.doorbell(MMIO, BAR, 4, ANY, first::release).close();
            Leftovers one = new Leftovers();
            for (int round = 0; round < 10; round++) {
                assertNull(lab.machine.doorbell(MMIO, BAR, 3, ANY, first::release));
                assertNull(lab.machine.doorbell(MMIO, -1, 4, ANY, first::release));
            }
            one.check();
        }
        leftovers.check();
    }

    /** Many, rung by four vCPUs while requests are served and doorbells come and go. */
    @Test
    void manyAtOnce() throws Exception {
        int count = 40;
        List<Semaphore> bells = new ArrayList<>();
        long[] next = new long[4];
        AcrnLab.Device device = (vcpu, slot) -> slot.address() == 1 ? next[vcpu]++ : 0L;
        try (AcrnLab lab = new AcrnLab(device).start()) {
            for (int i = 0; i < count; i++) {
                Semaphore bell = new Semaphore(0);
                bells.add(bell);
                assertNotNull(lab.machine.doorbell(MMIO, BAR + 8L * i, 8, ANY, bell::release));
            }
            String traffic = "pio r 1 4 vcpus=0xc expect=inc";
            Future<Bulk> guest = lab.meanwhile(() -> lab.vcpu(2).bulk(1000, traffic));
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < count; i++) {
                    lab.guest.writeMemory(BAR + 8L * i, 8, i);
                    rings(bells.get(i));
                    lab.machine.doorbell(PORTIO, 0x100 + i, 1, ANY, first::release).close();
                }
            }
            assertTrue(AcrnLab.get(guest).good(), () -> guest.toString());
            assertEquals(2000, lab.requests.get());
            assertTrue(bells.stream().allMatch(bell -> bell.availablePermits() == 0));
        }
    }
}
