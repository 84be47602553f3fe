package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import io.trapline.linux.DeviceNode;
import io.trapline.rig.Injector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rig's hypervisor passes nothing through: what a refusal looks like, and that nothing stays. */
@OnRig
class PassThroughTest {
    private static final String NODE = "/dev/acrn_hsm";
    private static final VmEvents NOBODY =
            new VmEvents() {
                @Override
                public void request(int vcpu) {}

                @Override
                public void stopped(VmStop stop) {}
            };

    private final Injector rig = new Injector();

    @TempDir Path root;

    @BeforeEach
    void forget() {
        rig.clear();
    }

    private static VmShape shape(Map<String, String> options) {
        return new VmShape("one", 2 << 20, 1, options);
    }

    private long seen(String event) {
        return rig.log().stream().filter(line -> line.contains(" " + event)).count();
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "pci  | 5.0=14.0                            | ASSIGN_PCIDEV(00:14.0 as 00:05.0)",
                "mmio | A@0xFED40000=0xFED40000+0x1000      | ASSIGN_MMIODEV(A: 0xfed40000 as 0xfed40000, 0x1000 bytes)",
                "vdev | 1af4:1110@6.0,args=hv:/a            | CREATE_VDEV(1af4:1110@6.0)",
            })
    void saysWhatWasRefused(String key, String entry, String call) throws Exception {
        Path function = root.resolve("sys/bus/pci/devices/0000:00:14.0");
        Files.createDirectories(function);
        Files.write(function.resolve("config"), new byte[256]);
        Map<String, String> options = Map.of(key, entry, "intrmonitor", "1,1,1,1");

        String message =
                assertThrows(
                                IOException.class,
                                () -> new AcrnHypervisor(NODE, root).create(shape(options), NOBODY))
                        .getMessage();

        assertTrue(message.startsWith("machine one: ACRN_IOCTL_" + call + " on VM "), message);
        assertTrue(
                message.endsWith(
                        " of machine one: Inappropriate ioctl for device (errno 25); likely: this"
                                + " driver or hypervisor does not know the call, or the User VM is gone"),
                message);
        assertEquals(List.of(), rig.status().machines());
        assertEquals(1, seen("destroy"), () -> rig.log().toString());
        assertEquals(0, seen("intr-monitor"));
    }

    @Test
    void monitorsNothingWithoutPassThrough() throws Exception {
        try (VirtualMachine machine =
                new AcrnHypervisor().create(shape(Map.of("intrmonitor", "1,1,1,1")), NOBODY)) {
            machine.start();
            machine.pause();
        }
        assertEquals(1, seen("start"));
        assertEquals(0, seen("intr-monitor"));
    }

    @Test
    void monitorsInterruptsUntilTheMachineIsDestroyed() throws Exception {
        VmShape shape = shape(Map.of());
        HsmFile hsm = new HsmFile(DeviceNode.open(NODE, "acrn", Integer::toString));
        try (AcrnMachine machine = new AcrnMachine(hsm, shape, AcrnOptions.of(shape), NOBODY);
                InterruptMonitor monitor =
                        new InterruptMonitor(
                                "one",
                                hsm::call,
                                new Complaints(),
                                InterruptMonitor.Limits.parse("1000,3600,1,100"))) {
            assertEquals(1, seen("intr-monitor"));
            assertEquals(3_600_000, monitor.step());
            assertEquals(2, seen("intr-monitor"), () -> rig.log().toString());
            machine.start();
            machine.pause();
        }
    }

    @Test
    void findsTheDriverReady() {
        Readiness readiness = new AcrnHypervisor().probe();

        assertEquals(NODE + " is ready", readiness.summary());
        assertTrue(readiness.ready(), readiness.toString());
    }
}
