package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.MessageSource;
import io.trapline.linux.Block;
import io.trapline.linux.Descriptor;
import io.trapline.rig.Injector;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Lines by SET_IRQLINE, messages by INJECT_MSI and by eventfd: {@code drivers/virt/acrn/hsm.c, irqfd.c}. */
@OnRig
class InterruptTest {
    private static final long APIC = 0xFEE0_1000L;
    private static final int DATA = 0x4041;

    /** One u64: the GSI in the lower half, in the upper 0 for high and 1 for low. */
    @Test
    void linesHaveALevel() throws Exception {
        try (AcrnLab lab = new AcrnLab()) {
            assertEquals(48, lab.machine.interruptLines());
            lab.machine.interruptLine(4, true);
            lab.machine.interruptLine(47, true);
            lab.machine.interruptLine(47, true);
            assertEquals(1L << 47 | 1 << 4, lab.seen().highLines());
            lab.machine.interruptLine(4, false);
            assertEquals(1L << 47, lab.seen().highLines());
            assertEquals(4, lab.guest.waitLine(4));
            lab.start().reset();
            assertEquals(0, lab.seen().highLines());
        }
    }

    /** {@code VIOAPIC_RTE_NUM} of the hypervisor: it refuses the others with EPERM. */
    @Test
    void thereAreNoLinesBeyond47() throws Exception {
        try (AcrnLab lab = new AcrnLab()) {
            for (int gsi : new int[] {-1, 48, 1 << 20}) {
                String message =
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> lab.machine.interruptLine(gsi, true))
                                .getMessage();
                assertEquals("gsi=" + gsi + ", wanted 0 to 47", message);
            }
            assertEquals(0, lab.seen().irqLines());
        }
    }

    @Test
    void messagesArrive() throws Exception {
        try (AcrnLab lab = new AcrnLab()) {
            assertTrue(lab.machine.message(APIC, DATA));
            assertTrue(lab.machine.message(APIC, -1));
            assertEquals(2, lab.guest.waitMsi(2));
            List<String> log = lab.guest.log();
            assertTrue(last(log, 1).endsWith("msi addr=0xfee01000 data=0xffffffff ret=0"));
            assertTrue(last(log, 2).endsWith("msi addr=0xfee01000 data=0x4041 ret=0"));
        }
    }

    private static String last(List<String> log, int back) {
        return log.get(log.size() - back);
    }

    /** Not where local APICs listen: the hypervisor would refuse it with EPERM, and is not asked. */
    @Test
    void otherAddressesAreRefused() throws Exception {
        try (AcrnLab lab = new AcrnLab();
                MessageSource source = lab.machine.messageSource(0xFED0_0000L, DATA)) {
            int before = lab.guest.log().size();
            assertFalse(lab.machine.message(0xFED0_0000L, DATA));
            assertFalse(lab.machine.message(0xFEE0_0000L | 1L << 32, DATA));
            assertFalse(lab.machine.message(0, DATA));
            source.raise();
            assertTrue(source.eventfd().isEmpty());
            assertEquals(before, lab.guest.log().size());
        }
    }

    /** {@code irqfd.c, hsm_irqfd_wakeup}: each write of the eventfd is a message, whoever writes. */
    @Test
    void aSourceSendsUntilItIsClosed() throws Exception {
        Leftovers leftovers = new Leftovers();
        try (AcrnLab lab = new AcrnLab().start()) {
            MessageSource one = lab.machine.messageSource(APIC, DATA);
            MessageSource other = lab.machine.messageSource(APIC, DATA + 1);
            one.raise();
            one.raise();
            Block count = new Block(Long.BYTES);
            count.bytes.putLong(0, 1);
            assertEquals(8, new Descriptor(other.eventfd().getAsInt()).write(count));
            assertEquals(3, lab.guest.waitMsi(3));
            assertTrue(last(lab.guest.log(), 1).endsWith("data=0x4042 ret=0"));
            lab.reset();
            one.raise();
            assertEquals(4, lab.guest.waitMsi(4));
            one.close();
            one.close();
            one.raise();
            other.raise();
            assertEquals(5, lab.guest.waitMsi(5));
            assertTrue(last(lab.guest.log(), 1).endsWith("data=0x4042 ret=0"));
        }
        leftovers.check();
    }

    /** From any thread, while others come and go. */
    @Test
    void sourcesComeAndGo() throws Exception {
        try (AcrnLab lab = new AcrnLab().start();
                MessageSource stays = lab.machine.messageSource(APIC, DATA)) {
            Future<?> raises =
                    lab.meanwhile(
                            () -> {
                                for (int i = 0; i < 500; i++) {
                                    stays.raise();
                                }
                                return null;
                            });
            for (int i = 0; i < 100; i++) {
                MessageSource source = lab.machine.messageSource(APIC, i);
                Future<?> closes =
                        lab.meanwhile(
                                () -> {
                                    source.close();
                                    return null;
                                });
                source.raise();
                AcrnLab.get(closes);
            }
            AcrnLab.get(raises);
            assertTrue(lab.guest.waitMsi(500) <= 600);
        }
    }

    /** Which of the two is faster, in one run: decides what {@code message()} does. */
    @Test
    void figuresOfBothWays() throws Exception {
        int count = 3000;
        try (AcrnLab lab = new AcrnLab().start();
                Injector rig = new Injector();
                MessageSource source = lab.machine.messageSource(APIC, DATA)) {
            rig.clear();
            Runnable byCall = () -> lab.machine.message(APIC, DATA);
            for (int round = 0; round < 3; round++) {
                System.out.printf(
                        "message by INJECT_MSI %.1f us, by eventfd %.1f us (medians of %d)%n",
                        median(byCall, count), median(source::raise, count), count);
            }
            assertEquals(6L * count, lab.guest.waitMsi(6L * count));
        }
    }

    private static double median(Runnable call, int count) {
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            call.run();
            nanos[i] = System.nanoTime() - start;
        }
        LockSupport.parkNanos(1000);
        Arrays.sort(nanos);
        return nanos[count / 2] / 1000.0;
    }
}
