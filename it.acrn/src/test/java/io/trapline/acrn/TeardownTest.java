package io.trapline.acrn;

import static io.trapline.acrn.AcrnLab.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.MessageSource;
import io.trapline.hypervisor.Registration;
import io.trapline.rig.Bulk;
import io.trapline.rig.Injector;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * The end of a machine. DESTROY_IOREQ_CLIENT and DESTROY_VM free what a thread in ATTACH waits on ({@code
 * drivers/virt/acrn/ioreq.c, acrn_ioreq_client_destroy}), and the hypervisor refuses to destroy what is not paused.
 */
@OnRig
class TeardownTest {
    private static final int MACHINES = 300;

    /** 300 of them, while four vCPUs ask; the kernel poisons what it frees where the boot says so. */
    @Test
    void underLoadThreeHundredTimes() throws Exception {
        Leftovers leftovers = new Leftovers();
        for (int machine = 0; machine < MACHINES; machine++) {
            long[] next = new long[4];
            AcrnLab lab = new AcrnLab((vcpu, slot) -> next[vcpu]++).start();
            Future<Bulk> guest =
                    lab.meanwhile(() -> lab.guest.bulk(9999, "pio r 1 4 vcpus=0xf expect=inc"));
            int some = machine % 40;
            AcrnLab.await("requests", () -> lab.requests.get() >= some || guest.isDone());
            lab.machine.close();
            assertEquals(0, get(guest).mismatches(), guest.get()::toString);
            lab.close();
        }
        leftovers.check();
    }

    /** Nothing in ATTACH, a request that a device keeps, one that nobody has taken. */
    @Test
    void inEveryState() throws Exception {
        Leftovers leftovers = new Leftovers();
        new AcrnLab().close();
        new AcrnLab().start().close();
        AcrnLab paused = new AcrnLab().start();
        paused.machine.pause();
        paused.close();
        AcrnLab reset = new AcrnLab().start();
        reset.machine.pause();
        reset.machine.reset();
        reset.close();
        AcrnLab again = new AcrnLab().start();
        again.reset();
        again.close();
        AcrnLab keeps = new AcrnLab((vcpu, slot) -> null).start();
        Future<Bulk> guest = keeps.meanwhile(() -> keeps.guest.bulk(1, "pio r 1 4 vcpus=0xf"));
        int vcpu = keeps.awaitKept();
        keeps.machine.close();
        assertEquals(4, get(guest).errors());
        keeps.machine.complete(vcpu); // too late, and harmless
        keeps.close();
        leftovers.check();
    }

    /** What may be called until the end does nothing after it; the descriptor may be another machine's by then. */
    @Test
    void callsAfterItReachNobody() throws Exception {
        Leftovers leftovers = new Leftovers();
        AcrnLab lab = new AcrnLab().start();
        Registration doorbell =
                lab.machine.doorbell(1, 0xFEB0_0000L, 4, OptionalLong.empty(), () -> {});
        MessageSource source = lab.machine.messageSource(0xFEE0_0000L, 0x41);
        lab.machine.close();
        lab.machine.close();
        try (AcrnLab next = new AcrnLab().start();
                Injector rig = new Injector()) {
            rig.clear();
            lab.machine.complete(0);
            lab.machine.interruptLine(4, true);
            assertEquals(false, lab.machine.message(0xFEE0_0000L, 0x41));
            source.raise();
            source.close();
            doorbell.close();
            assertEquals(List.of(), rig.log());
            assertEquals(0x3F8, next.guest.readPort(0x3F8, 2));
        }
        lab.close();
        leftovers.check();
    }

    /** Whoever completes, raises and sends while it is closed: {@code lib.linux}'s Descriptor keeps the file from them. */
    @Test
    void whileOthersUseIt() throws Exception {
        for (int round = 0; round < 30; round++) {
            AcrnLab lab = new AcrnLab((vcpu, slot) -> null).start();
            MessageSource source = lab.machine.messageSource(0xFEE0_0000L, 0x41);
            Future<Bulk> guest = lab.meanwhile(() -> lab.guest.bulk(9999, "pio r 1 4 vcpus=0xf"));
            int vcpu = lab.awaitKept();
            Future<?> completes = lab.meanwhile(() -> completeAll(lab, vcpu, guest));
            Future<?> raises =
                    lab.meanwhile(
                            () -> {
                                while (!guest.isDone()) {
                                    lab.machine.interruptLine(4, true);
                                    lab.machine.message(0xFEE0_0000L, 0x42);
                                    source.raise();
                                }
                                return null;
                            });
            AcrnLab.await("requests", () -> lab.requests.get() > 50);
            lab.machine.close();
            get(guest);
            get(completes);
            get(raises);
            lab.close();
        }
    }

    private static Void completeAll(AcrnLab lab, int first, Future<?> guest) {
        for (Integer vcpu = first; vcpu != null || !guest.isDone(); vcpu = lab.kept.poll()) {
            if (vcpu != null) {
                lab.answer(vcpu, 0);
            }
        }
        return null;
    }

    /**
     * {@code vm.c, acrn_vm_destroy}: a refused VM stays in the driver's list, and {@code acrn_dev_release} frees it all
     * the same. So the file is kept, and closing can be tried again.
     */
    @Test
    void aMachineThatCannotBeDestroyedKeepsItsFile() throws Exception {
        Leftovers leftovers = new Leftovers();
        AcrnLab lab = new AcrnLab().start();
        lab.guest.fail("destroy", -1, 1000);
        lab.machine.close();
        assertEquals("paused", lab.seen().state());
        try (AcrnLab next = new AcrnLab().start()) { // the driver lives
            assertEquals(0x3F8, next.guest.readPort(0x3F8, 2));
            lab.guest.fail("destroy", -1, 0);
        }
        lab.close();
        leftovers.check();
    }

    /** The same, as it is being made. */
    @Test
    void isPausedFirstEvenIfItNeverRan() throws Exception {
        Leftovers leftovers = new Leftovers();
        try (AcrnLab lab = new AcrnLab()) {
            lab.machine.boot(CpuMode.PROTECTED, AcrnLab.ENTRY);
            lab.guest.fail("pause", -1, 2);
        }
        try (Injector rig = new Injector()) {
            rig.fail("memory", -1, 1);
            String message = refusal();
            assertTrue(message.startsWith("ACRN_IOCTL_SET_MEMSEG("), message);
            List<String> log = rig.log();
            List<String> end = log.subList(log.size() - 2, log.size());
            assertTrue(end.get(0).contains(" pause ret=0"), end::toString);
            assertTrue(end.get(1).contains(" destroy ret=0"), end::toString);
        }
        leftovers.check();
    }

    private static String refusal() {
        try {
            AcrnLab.machine("refused", 2 * AcrnLab.MIB, GuestRam.HOLE, null).close();
            return "it was made";
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
