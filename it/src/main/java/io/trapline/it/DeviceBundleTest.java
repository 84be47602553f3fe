package io.trapline.it;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.machine.ClientMode;
import io.trapline.machine.DeviceRow;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

/** DESIGN section 5: bundles with devices come, are updated and go while the guest runs. */
class DeviceBundleTest {
    private static final int PORT = 0x300;
    private final MachineFixture fixture = new MachineFixture();

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void aDeviceServesFromTheMomentItsBundleStarts() throws Exception {
        Probe guest = fixture.simulated("m");
        assertEquals(0xFF, guest.in(PORT));

        fixture.start(new DeviceBundle("scratch", "m", PORT));
        guest.out(PORT, 0x5A);

        assertEquals(0x5A, guest.in(PORT));
        assertEquals(DeviceRow.State.SERVING, fixture.device("m", "scratch").state());
        assertEquals("R0", fixture.machine("m").inspect("scratch").children().get(0).name());
        assertEquals("0x5a", fixture.machine("m").inspect("scratch").children().get(0).value());
    }

    @Test
    void anUpdateKeepsTheRegisters() throws Exception {
        Probe guest = fixture.simulated("m");
        DeviceBundle content = new DeviceBundle("scratch", "m", PORT);
        Bundle bundle = fixture.start(content);
        guest.out(PORT + 3, 0x77);

        bundle.update(content.version("1.0.1").jar());

        assertEquals(0x77, guest.in(PORT + 3));
        DeviceRow row = fixture.device("m", "scratch");
        assertEquals("1.0.1", row.version());
        assertEquals(1, row.swaps());
    }

    /** The guest adds one by reading and writing: a lost or repeated access would leave another sum. */
    @Test
    void updatesUnderLoadLoseNothing() throws Exception {
        Probe guest = fixture.simulated("m");
        DeviceBundle content = new DeviceBundle("scratch", "m", PORT);
        Bundle bundle = fixture.start(content);
        int rounds = 200_000;
        CompletableFuture<Long> done =
                guest.start(
                        cpu -> {
                            for (int i = 0; i < rounds; i++) {
                                cpu.out(PORT, 1, cpu.in(PORT, 1) + 1);
                            }
                            return cpu.in(PORT, 1);
                        });
        int updates = 0;
        while (!done.isDone() && updates < 20) {
            bundle.update(content.version("1.0." + ++updates).jar());
        }

        assertEquals(rounds & 0xFF, done.get(60, TimeUnit.SECONDS));
        assertEquals(updates, fixture.device("m", "scratch").swaps());
        assertTrue(updates > 0);
    }

    @Test
    void whatIsUninstalledFallsToTheDefaultClient() throws Exception {
        Probe guest = fixture.simulated("m");
        Bundle bundle = fixture.start(new DeviceBundle("scratch", "m", PORT));
        guest.out(PORT, 1);

        bundle.uninstall();

        assertEquals(0xFF, guest.in(PORT));
        assertNull(fixture.device("m", "scratch"));
    }

    @Test
    void requestsWaitWhileTheBundleIsStopped() throws Exception {
        Probe guest = fixture.simulated("m");
        Bundle bundle = fixture.start(new DeviceBundle("scratch", "m", PORT));
        guest.out(PORT, 0x21);
        bundle.stop();
        assertEquals(DeviceRow.State.HOLDING, fixture.device("m", "scratch").state());
        CompletableFuture<Long> answer = guest.start(cpu -> cpu.in(PORT, 1));

        bundle.start();

        assertEquals(0x21, answer.get(30, TimeUnit.SECONDS));
    }

    @Test
    void aSecondBundleOfTheSameNameSucceedsTheFirst() throws Exception {
        Probe guest = fixture.simulated("m");
        Bundle old = fixture.start(new DeviceBundle("scratch", "m", PORT));
        guest.out(PORT, 0x33);
        fixture.start(new DeviceBundle("scratch", "m", PORT).version("2.0.0"));
        assertEquals("1.0.0", fixture.device("m", "scratch").version());

        old.uninstall();

        assertEquals(0x33, guest.in(PORT));
        assertEquals("2.0.0", fixture.device("m", "scratch").version());
    }

    @Test
    void aStateThatTheSuccessorDoesNotReadEndsTheDeviceNotTheGuest() throws Exception {
        Probe guest = fixture.simulated("m");
        DeviceBundle content = new DeviceBundle("scratch", "m", PORT);
        Bundle bundle = fixture.start(content.state(2));
        guest.out(PORT, 1);

        bundle.update(content.state(1).jar());

        assertEquals(0xFF, guest.in(PORT));
        DeviceRow row = fixture.device("m", "scratch");
        assertEquals(DeviceRow.State.REFUSED, row.state());
        assertTrue(row.detail().contains("schema=it.scratch version=2"), row.detail());
    }

    @Test
    void aDeviceMovesToAClientOfItsOwnThread() throws Exception {
        Probe guest = fixture.simulated("m");
        fixture.start(new DeviceBundle("scratch", "m", PORT));
        guest.out(PORT, 9);

        fixture.machine("m").map("scratch", "slow", ClientMode.DEDICATED);

        assertEquals(9, guest.in(PORT));
        assertEquals("slow", fixture.device("m", "scratch").client());
        assertEquals(
                ClientMode.DEDICATED,
                fixture.machine("m").clients().stream()
                        .filter(c -> c.name().equals("slow"))
                        .findFirst()
                        .orElseThrow()
                        .mode());
    }

    @Test
    void machinesDoNotSeeEachOthersDevices() throws Exception {
        Probe one = fixture.simulated("one");
        Probe two = fixture.simulated("two");
        fixture.start(new DeviceBundle("scratch", "one", PORT));
        fixture.start(new DeviceBundle("scratch", "two", PORT));
        one.out(PORT, 1);
        two.out(PORT, 2);

        long first = one.in(PORT);
        long second = two.in(PORT);
        assertAll(() -> assertEquals(1, first), () -> assertEquals(2, second));
    }
}
