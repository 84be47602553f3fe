package io.trapline.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.machine.DeviceRow;
import io.trapline.machine.MachineRow;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleException;

/** Bad input from integrators and vendors: a clear message, and whatever ran goes on. */
class RefusalTest {
    private static final int PORT = 0x300;
    private final MachineFixture fixture = new MachineFixture();

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void aClaimAlreadyTakenNamesBothOwners() throws Exception {
        Probe guest = fixture.simulated("m");
        fixture.start(new DeviceBundle("first", "m", PORT));
        guest.out(PORT, 0x42);
        fixture.start(new DeviceBundle("second", "m", PORT + 1).version("3.1.4"));

        DeviceRow row = fixture.device("m", "second");
        assertEquals(DeviceRow.State.REFUSED, row.state());
        assertTrue(
                row.detail().contains("wanted=port 0x301+2 by second (it.m.second 3.1.4)"),
                row.detail());
        assertTrue(row.detail().contains("owner=first (it.m.first 1.0.0)"), row.detail());
        assertEquals(0x42, guest.in(PORT));
    }

    @Test
    void anInstallThatThrowsHalfWayLeavesNothing() throws Exception {
        Probe guest = fixture.simulated("m");
        fixture.start(new DeviceBundle("broken", "m", PORT).fault("install"));

        DeviceRow row = fixture.device("m", "broken");
        assertEquals(DeviceRow.State.REFUSED, row.state());
        assertTrue(row.detail().contains("no luck today"), row.detail());
        assertEquals(0xFF, guest.in(PORT));
        fixture.start(new DeviceBundle("whole", "m", PORT));
        assertEquals(DeviceRow.State.SERVING, fixture.device("m", "whole").state());
    }

    @Test
    void aBundleThatDoesNotResolveNamesWhatItLacks() throws Exception {
        Probe guest = fixture.simulated("m");
        fixture.start(new DeviceBundle("good", "m", PORT));
        guest.out(PORT, 5);

        BundleException refused =
                assertThrows(
                        BundleException.class,
                        () ->
                                fixture.start(
                                        new DeviceBundle("bad", "m", PORT + 8)
                                                .alsoImports("com.example.none")));

        assertTrue(refused.getMessage().contains("com.example.none"), refused.getMessage());
        assertEquals(5, guest.in(PORT));
    }

    @Test
    void aDeviceThatThrowsIsAnsweredForAndQuarantined() throws Exception {
        Probe guest = fixture.simulated("m");
        fixture.start(new DeviceBundle("good", "m", PORT));
        fixture.start(new DeviceBundle("faulty", "m", PORT + 8).fault("read"));
        guest.out(PORT, 5);

        assertEquals(0xFF, guest.in(PORT + 8));
        assertEquals(1, fixture.device("m", "faulty").faults());
        guest.run(
                cpu -> {
                    for (int i = 0; i < 1000; i++) {
                        cpu.in(PORT + 8, 1);
                    }
                    return 0;
                });
        fixture.await(
                "the faulty device is quarantined",
                () -> fixture.device("m", "faulty").state() == DeviceRow.State.QUARANTINED);
        assertEquals(5, guest.in(PORT));
    }

    @Test
    void aMistakeInAMachinesConfigurationIsShown() throws Exception {
        refused(
                Map.of("backend", "xen"),
                "backend=xen, wanted one of [auto, acrn, kvm, sim, qtest]");
        refused(Map.of("backend", "sim", "memory", "3M"), "memory=3M, wanted a multiple of 2 MiB");
        refused(Map.of("backend", "sim", "vcpus", 17), "vcpus=17, wanted 1 to 16");
        refused(Map.of("backend", "sim", "guest", "nobody"), "nobody");
        refused(
                Map.of("backend", "acrn", "flags", new String[] {"fast"}),
                "flags=fast, wanted a number, or one of [secure_world_enabled");
    }

    private void refused(Map<String, Object> settings, String why) throws Exception {
        MachineFixture own = new MachineFixture();
        try {
            own.configure("bad", settings);
            own.await("the machine is refused", () -> own.row("bad") != null);
            MachineRow row = own.row("bad");
            assertEquals(MachineRow.State.FAILED, row.state());
            assertTrue(row.detail().contains(why), row.detail());
        } finally {
            own.close();
        }
    }
}
