package io.trapline.acrn;

import static io.trapline.acrn.AcrnLab.MIB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.VmStop;
import io.trapline.rig.Bulk;
import io.trapline.rig.Injector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the hypervisor refuses: {@code drivers/virt/acrn/hsm.c, acrn_dev_ioctl} passes its -1 on as EPERM, whatever the
 * cause, so the message names the ioctl, what it was given, and what is likely. Nothing stays behind.
 */
@OnRig(provokes = {"destroyed in state created", "vcpu0 resumed while its slot is"})
class RefusalTest {
    private static final Logger LOG = Logger.getLogger("io.trapline.acrn");

    private final Injector rig = new Injector();
    private final Leftovers leftovers = new Leftovers();
    private final Queue<String> logged = new ConcurrentLinkedQueue<>();
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord line) {
                    logged.add(line.getMessage());
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @BeforeEach
    void listen() {
        LOG.addHandler(handler);
        LOG.setUseParentHandlers(false);
    }

    @AfterEach
    void nothingIsLeftAndTheNextMachineServes() throws IOException {
        LOG.removeHandler(handler);
        LOG.setUseParentHandlers(true);
        leftovers.check();
        try (AcrnLab next = new AcrnLab().start()) {
            assertEquals(0x3F8, next.guest.readPort(0x3F8, 2));
        }
        rig.close();
    }

    /** A call of the machine that fails. */
    interface Call {
        void run() throws IOException;
    }

    private static void says(String begin, String end, Call call) {
        String message = assertThrows(IOException.class, call::run).getMessage();
        assertTrue(message.startsWith(begin), message);
        assertTrue(message.contains(end), message);
    }

    private void logs(String begin, String end) {
        assertTrue(
                logged.stream().anyMatch(l -> l.startsWith(begin) && l.contains(end)),
                logged::toString);
    }

    private static void make() throws IOException {
        new AcrnLab("affinity=0,2", "flags=nvmx_enabled").close();
    }

    /** {@code vm.c, acrn_vm_create}: EINVAL, whatever it was. */
    @Test
    void create() {
        rig.fail("create", -1, 1);
        says(
                "ACRN_IOCTL_CREATE_VM(name lab, flags 0x20, affinity 0x5) on a VM that does not exist yet:"
                        + " Invalid argument (errno 22); likely: the hypervisor has no User VM of that name",
                "a processor of the affinity is not a User VM's",
                RefusalTest::make);
    }

    /**
     * {@code vm.c, acrn_vm_create} then destroys it unpaused. A hypervisor that is strict refuses that, and has a slot
     * less for ever: not here.
     */
    @Test
    void thePageOfRequests() throws IOException {
        Path strict = Path.of("/sys/module/fakehv/parameters/strict_destroy");
        String before = Files.readString(strict).strip();
        Files.writeString(strict, "N");
        try {
            rig.fail("buffer", -1, 1);
            says("ACRN_IOCTL_CREATE_VM(", "does not take the page of requests", RefusalTest::make);
        } finally {
            Files.writeString(strict, before);
        }
    }

    /** {@code mm.c, acrn_vm_ram_map}. */
    @Test
    void memory() {
        rig.fail("memory", -1, 1);
        says(
                "ACRN_IOCTL_SET_MEMSEG(RAM at 0x0, 0x200000 bytes) on VM 1 of machine lab: Operation not"
                        + " permitted (errno 1); likely: the range is mapped already",
                "",
                RefusalTest::make);
    }

    /** Again and again: what was pinned is given back each time. */
    @Test
    void memoryHalfWay() {
        long before = free();
        for (int round = 0; round < 20; round++) {
            rig.fail("memory", -12, 1);
            says(
                    "ACRN_IOCTL_SET_MEMSEG(",
                    "no memory left",
                    () -> new AcrnLab(null, 16 * MIB, GuestRam.HOLE).close());
        }
        assertTrue(free() > before - 100 * MIB, "free: " + before + ", now " + free());
    }

    private static long free() {
        try {
            String line = Files.readAllLines(Path.of("/proc/meminfo")).get(2);
            return Long.parseLong(line.replaceAll("\\D", "")) << 10; // MemAvailable
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void registers() throws IOException {
        try (AcrnLab lab = new AcrnLab()) {
            rig.fail("regs", -1, 1);
            says(
                    "ACRN_IOCTL_SET_VCPU_REGS(vCPU 0, LONG, entry 0x10000) on VM 1 of machine lab: ",
                    "the User VM runs already",
                    () -> lab.machine.boot(CpuMode.LONG, AcrnLab.ENTRY));
            lab.start();
            assertEquals(5, lab.guest.readPort(5, 1));
        }
    }

    @Test
    void start() throws IOException {
        try (AcrnLab lab = new AcrnLab()) {
            rig.fail("start", -1, 1);
            says("ACRN_IOCTL_START_VM() on VM 1 of machine lab: ", "not just created", lab::start);
        }
    }

    @Test
    void pause() throws IOException {
        try (AcrnLab lab = new AcrnLab().start()) {
            rig.fail("pause", -1, 1);
            says("ACRN_IOCTL_PAUSE_VM() on VM 1 of machine lab: ", "lost", lab.machine::pause);
            assertEquals(5, lab.guest.readPort(5, 1));
            rig.fail("pause", -1, 2); // and at the end
        }
        logs("ACRN_IOCTL_PAUSE_VM() on VM 1 of machine lab: ", "lost");
    }

    @Test
    void reset() throws IOException {
        try (AcrnLab lab = new AcrnLab().start()) {
            lab.machine.pause();
            rig.fail("reset", -1, 1);
            says(
                    "ACRN_IOCTL_RESET_VM() on VM 1 of machine lab: ",
                    "not paused",
                    lab.machine::reset);
        }
    }

    @Test
    void destroy() throws IOException {
        AcrnLab lab = new AcrnLab().start();
        rig.fail("destroy", -1, 1);
        lab.close();
        logs("ACRN_IOCTL_DESTROY_VM() on VM 1 of machine lab: ", "not paused");
    }

    @Test
    void interrupts() throws IOException {
        try (AcrnLab lab = new AcrnLab().start()) {
            rig.fail("irqline", -1, 1);
            lab.machine.interruptLine(4, true);
            logs("ACRN_IOCTL_SET_IRQLINE(GSI 4 high) on VM 1 of machine lab: ", "48 pins");
            rig.fail("msi", -1, 1);
            assertFalse(lab.machine.message(0xFEE0_1000L, 0x41));
            logs("ACRN_IOCTL_INJECT_MSI(address 0xfee01000, data 0x41) on VM 1 of", "not 0xFEE");
            assertTrue(lab.machine.message(0xFEE0_1000L, 0x41));
        }
    }

    /** {@code ioreq.c, ioreq_complete_request}: the slot is COMPLETE, but the vCPU was not told; so it is told again. */
    @Test
    void oneNotification() throws Exception {
        try (AcrnLab lab = new AcrnLab().start()) {
            rig.fail("notify", -1, 1);
            assertEquals(5, lab.guest.readPort(5, 1));
            logs("ACRN_IOCTL_NOTIFY_REQUEST_FINISH(vCPU 0) on VM 1 of machine lab: ", "lost");
            Bulk bulk = lab.guest.bulk(100, "pio r 7 1 vcpus=0xf expect=7");
            assertTrue(bulk.good(), bulk::toString);
        }
    }

    /** A vCPU that cannot be told waits for ever: the machine has died, which is said once. */
    @Test
    void everyNotification() throws Exception {
        try (AcrnLab lab = new AcrnLab().start()) {
            rig.fail("notify", -1, 1000);
            Future<Bulk> guest = lab.meanwhile(() -> lab.guest.bulk(1, "pio r 5 1 vcpus=0xf"));
            VmStop stop = AcrnLab.next(lab.stops);
            assertEquals(VmStop.Kind.DIED, stop.kind());
            assertTrue(
                    stop.detail().startsWith("ACRN_IOCTL_NOTIFY_REQUEST_FINISH(vCPU "),
                    stop::detail);
            AcrnLab.await("all are served", () -> lab.requests.get() == 4);
            rig.fail("notify", -1, 0);
            lab.machine.close();
            assertEquals(4, AcrnLab.get(guest).errors());
            assertNull(lab.stops.poll());
        }
        assertTrue(logged.size() <= 4, logged::toString);
        assertEquals(List.of(), rig.status().machines());
    }
}
