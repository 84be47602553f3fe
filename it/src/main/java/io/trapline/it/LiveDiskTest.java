package io.trapline.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.ScriptedGuest.Cpu;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.PciRow;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.Configuration;

/** A disk of a running machine: it changes, is replaced, comes and goes while the guest uses it. */
class LiveDiskTest {
    private static final String PID = "devices.virtioblk";
    private static final String BUNDLE = "io.trapline.devices.virtio-blk";
    private static final long HERE = 0xE100_0000L;
    private static final long THERE = 0xE300_0000L;
    private static final int SECTORS = 2048;
    private static final int ROUNDS = 150;
    private static final int SWAPS = 12;

    private final MachineFixture fixture = new MachineFixture();
    private final DiskDriver driver = new DiskDriver();
    private Probe guest;
    private Path image;

    // The guest's knowledge of what is on the disk: the seed of each sector, 0 where it has written
    // nothing.
    private final long[] seeds = new long[SECTORS];
    private long seed = 1;
    private final AtomicInteger begun = new AtomicInteger(); // rounds of work
    private volatile boolean enough;

    @BeforeEach
    void machine() throws Exception {
        guest = fixture.simulated("m");
        image = fixture.file("disk.img");
        try (RandomAccessFile made = new RandomAccessFile(image.toFile(), "rw")) {
            made.setLength((long) SECTORS * DiskDriver.SECTOR);
        }
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    private Configuration disk(String name, Map<String, Object> more) throws Exception {
        Map<String, Object> settings = new TreeMap<>(more);
        settings.put("machine", "m");
        settings.put("image", image.toString());
        return fixture.configure(PID, name, settings);
    }

    private Configuration disk() throws Exception {
        Configuration configuration = disk("disk", Map.of("slot", "04.0"));
        serving("disk", 0);
        assertEquals(1, guest.run(cpu -> driver.begin(cpu, HERE) ? 1 : 0));
        return configuration;
    }

    private void serving(String name, int swaps) throws Exception {
        fixture.awaitServing("m", name, swaps);
    }

    private static void change(Configuration configuration, String key, Object value)
            throws Exception {
        Hashtable<String, Object> settings = new Hashtable<>();
        Collections.list(configuration.getProperties().keys())
                .forEach(k -> settings.put(k, configuration.getProperties().get(k)));
        settings.put(key, value);
        configuration.update(settings);
    }

    /** Writes and reads all over the disk, many requests at a time; whatever happens to it meanwhile. */
    private long work(Cpu cpu) {
        for (int rounds = 0; rounds < ROUNDS && driver.wrong.isEmpty(); rounds++) {
            work(cpu, begun.getAndIncrement());
        }
        return begun.get();
    }

    /** The same until the test has had enough. */
    private long workOn(Cpu cpu) {
        while (!enough && driver.wrong.isEmpty()) {
            work(cpu, begun.getAndIncrement());
        }
        return begun.get();
    }

    private void work(Cpu cpu, int round) {
        int first = round * 37 % (SECTORS - DiskDriver.SLOTS);
        for (int slot = 0; slot < DiskDriver.SLOTS; slot++) {
            seeds[first + slot] = ++seed;
            driver.fill(cpu, slot, seed);
            driver.submit(cpu, slot, DiskDriver.WRITE, first + slot);
            if (slot % 8 == 0) {
                driver.ring(cpu);
            }
        }
        driver.ring(cpu);
        driver.collect(cpu, DiskDriver.OK);
        int back = round * 101 % (SECTORS - DiskDriver.SLOTS);
        for (int slot = 0; slot < DiskDriver.SLOTS; slot++) {
            driver.submit(cpu, slot, DiskDriver.READ, back + slot);
        }
        driver.ring(cpu);
        driver.collect(cpu, DiskDriver.OK);
        for (int slot = 0; slot < DiskDriver.SLOTS; slot++) {
            driver.check(cpu, slot, seeds[back + slot]);
        }
    }

    /** Each request comes back once, with the data that was written, however often its device is another. */
    private void whileItWorks(Disturbance disturbance) throws Exception {
        CompletableFuture<Long> done = guest.start(this::workOn);
        for (int swap = 1; swap <= SWAPS; swap++) {
            int before = begun.get();
            disturbance.happens(swap);
            serving("disk", swap);
            fixture.await("the guest goes on", () -> begun.get() > before + 1 || done.isDone());
        }
        enough = true;
        long rounds = done.get(60, TimeUnit.SECONDS);
        assertEquals(List.of(), driver.wrong);
        assertEquals(1 + rounds * DiskDriver.SLOTS, seed);
        assertEquals(0, fixture.device("m", "disk").faults());
    }

    private interface Disturbance {
        void happens(int count) throws Exception;
    }

    @Test
    void itsConfigurationChangesWithRequestsInFlight() throws Exception {
        Configuration configuration = disk();
        whileItWorks(count -> change(configuration, "depth", 1 + 16 * (count % 4)));
    }

    @Test
    void itsBundleIsUpdatedWithRequestsInFlight() throws Exception {
        disk();
        Bundle bundle = fixture.bundle(BUNDLE);
        whileItWorks(count -> bundle.update());
    }

    @Test
    void theGuestMovesItWhileItWorks() throws Exception {
        disk();
        guest.run(
                cpu -> {
                    driver.submit(cpu, 0, DiskDriver.READ, 7);
                    driver.ring(cpu);
                    driver.collect(cpu, DiskDriver.OK);
                    return driver.begin(cpu, THERE) ? 1 : 0;
                });
        assertEquals(-1L, guest.run(cpu -> cpu.load(HERE, 8)));
        guest.run(this::work);
        assertEquals(List.of(), driver.wrong);
        PciRow row = fixture.machine("m").pci().get(1);
        assertEquals("00:04.0", row.address());
        assertEquals("memory master", row.enabled());
        assertTrue(row.registers().contains("0xe3000000"), row.registers());
        assertEquals("MSI-X", row.interrupt());
    }

    @Test
    void anotherSizeIsToldToTheGuest() throws Exception {
        Configuration configuration = disk();
        long generation = guest.run(driver::generation);
        assertEquals(SECTORS, guest.run(driver::capacity));
        CompletableFuture<Long> told = guest.start(Cpu::awaitMessage);

        change(configuration, "size", 2L * SECTORS * DiskDriver.SECTOR);

        assertEquals(DiskDriver.CONFIGURATION_CHANGED, told.get(30, TimeUnit.SECONDS));
        assertEquals(2 * SECTORS, guest.run(driver::capacity));
        assertTrue(guest.run(driver::generation) != generation);
        guest.run(
                cpu -> {
                    driver.fill(cpu, 3, 99);
                    driver.submit(cpu, 3, DiskDriver.WRITE, 2 * SECTORS - 1);
                    driver.ring(cpu);
                    driver.collect(cpu, DiskDriver.OK);
                    return 0;
                });
        assertEquals(List.of(), driver.wrong);
    }

    @Test
    void comesAndGoesWithTheGuestsConsent() throws Exception {
        fixture.configure("devices.hotplug", "hotplug", Map.of("machine", "m"));
        serving("hotplug", 0);
        guest.run(
                cpu -> {
                    cpu.out(0xAFE2, 2, 2); // GPE0_EN: the bus
                    return 0;
                });
        CompletableFuture<Long> told = guest.start(cpu -> interrupted(cpu, 0xAE00));
        disk();
        assertEquals(1 << 4, told.get(30, TimeUnit.SECONDS), "it has come");
        guest.run(this::work);

        told = guest.start(cpu -> interrupted(cpu, 0xAE04));
        fixture.machine("m").eject("disk");
        assertEquals(1 << 4, told.get(30, TimeUnit.SECONDS), "it is wanted out");
        assertEquals("the guest is asked to let go of it", fixture.device("m", "disk").detail());
        guest.run(this::work); // until the guest is ready
        assertEquals(List.of(), driver.wrong);

        guest.run(
                cpu -> {
                    cpu.out(0xAE08, 4, 1 << 4);
                    return 0;
                });
        fixture.await(
                "the disk is out",
                () -> fixture.device("m", "disk").state() == DeviceRow.State.DETACHED);
        assertEquals(-1, guest.run(DiskDriver::find));
    }

    private static long interrupted(Cpu cpu, int port) {
        cpu.awaitInterrupt(9);
        cpu.out(0xAFE0, 2, 2); // GPE0_STS: seen
        return cpu.in(port, 4);
    }

    @Test
    void isRefusedWhileAnotherHasTheImage() throws Exception {
        disk();
        disk("rival", Map.of());
        fixture.configure(PID, "next", Map.of("machine", "m", "image", "null:512"));
        serving("next", 0); // configurations are taken in order: the rival has had its turn
        assertNull(fixture.device("m", "rival"));
        guest.run(this::work);
        assertEquals(List.of(), driver.wrong);
    }

    @Test
    void itsBundleIsUninstalledUnderTheGuest() throws Exception {
        disk();
        Bundle bundle = fixture.bundle(BUNDLE);
        BundleContext context = bundle.getBundleContext().getBundle(0).getBundleContext();
        try {
            CompletableFuture<Long> done = guest.start(this::submitsOnly);
            bundle.uninstall();
            done.get(30, TimeUnit.SECONDS);
            assertNull(fixture.device("m", "disk"));
            assertEquals(-1, guest.run(DiskDriver::find));
            assertEquals(-1L, guest.run(cpu -> cpu.load(HERE, 8)), "the default client's");
        } finally {
            context.installBundle(bundle.getLocation()).start();
        }
        serving("disk", 0);
        assertEquals(1, guest.run(cpu -> driver.begin(cpu, HERE) ? 1 : 0));
        guest.run(this::work);
        assertEquals(List.of(), driver.wrong);
    }

    /** A guest does not wait for what will not come back. */
    private long submitsOnly(Cpu cpu) {
        for (int slot = 0; slot < DiskDriver.SLOTS; slot++) {
            driver.submit(cpu, slot, DiskDriver.READ, slot);
            driver.ring(cpu);
        }
        return 0;
    }
}
