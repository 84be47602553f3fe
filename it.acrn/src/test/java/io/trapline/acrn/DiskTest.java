package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Device;
import io.trapline.ioreq.CoreMachine;
import io.trapline.rig.Injector;
import io.trapline.rig.Status;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A disk on the PCI bus of a User VM: found and moved by PCICFG requests, as {@code acrn_ioreq_dispatch} decodes them, its
 * doorbell by {@code ioeventfd.c}, its message by INJECT_MSI.
 */
@OnRig
class DiskTest {
    private static final String FUNCTION = "0:4.0";
    private static final int SECTOR = 512;
    private static final long STRUCTURES = 0xC100_0000L; // not where the machine has put them
    private static final long VECTORS = 0xC200_0000L;
    private static final long DESCRIPTORS = 0x10_0000;
    private static final long AVAILABLE = 0x10_1000;
    private static final long USED = 0x10_2000;
    private static final long HEADER = 0x10_3000;
    private static final long DATA = 0x10_4000;
    private static final long STATUS = 0x10_5000;
    private static final int MESSAGE = 0x51;
    private static final int SIZE = 4;
    private static final int NEXT = 1, DEVICE_WRITES = 2;
    private static final int READ = 0, WRITE = 1;

    private final Injector guest = new Injector();
    private int requests;

    @AfterEach
    void close() {
        guest.close();
    }

    /** The component, with the defaults of its configuration but for these. */
    private static Device disk(Map<String, Object> settings) throws Exception {
        Class<?> component = Class.forName("io.trapline.virtioblk.BlockComponent");
        Class<?> config = Class.forName("io.trapline.virtioblk.BlockComponent$Config");
        Object configured =
                Proxy.newProxyInstance(
                        config.getClassLoader(),
                        new Class<?>[] {config},
                        (proxy, key, none) ->
                                settings.getOrDefault(key.getName(), key.getDefaultValue()));
        return (Device)
                component.getConstructor(config, Map.class).newInstance(configured, settings);
    }

    private long config(int register, int width) {
        return guest.readConfiguration(FUNCTION, register, width);
    }

    private void config(int register, int width, long value) {
        guest.writeConfiguration(FUNCTION, register, width, value);
    }

    private void common(int offset, int width, long value) {
        guest.writeMemory(STRUCTURES + offset, width, value);
    }

    /** VIRTIO 1.2, §4.1.3 and §3.1.1. */
    private void begin() {
        config(0x20, 4, STRUCTURES);
        config(0x24, 4, 0);
        config(0x14, 4, VECTORS);
        config(0x04, 2, 2 | 4); // memory, bus master
        long msix = config(0x34, 1);
        while (config((int) msix, 1) != 0x11) {
            msix = config((int) msix + 1, 1);
        }
        config((int) msix + 2, 2, 0x8000);
        guest.writeMemory(VECTORS, 4, 0xFEE0_1000L);
        guest.writeMemory(VECTORS + 4, 4, 0);
        guest.writeMemory(VECTORS + 8, 4, MESSAGE);
        guest.writeMemory(VECTORS + 12, 4, 0);
        common(20, 1, 1 | 2);
        common(8, 4, 1);
        common(12, 4, 1); // VIRTIO_F_VERSION_1
        common(20, 1, 1 | 2 | 8);
        common(22, 2, 0);
        common(24, 2, SIZE);
        common(26, 2, 0);
        common(32, 8, DESCRIPTORS);
        common(40, 8, AVAILABLE);
        common(48, 8, USED);
        common(28, 2, 1);
        common(20, 1, 1 | 2 | 4 | 8);
        assertEquals(1 | 2 | 4 | 8, guest.readMemory(STRUCTURES + 20, 1));
    }

    private static ByteBuffer little(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer descriptor(ByteBuffer out, long at, int length, int flags, int next) {
        return out.putLong(at).putInt(length).putShort((short) flags).putShort((short) next);
    }

    /** One request, from the ring to the message. */
    private void request(int type, long sector) {
        guest.writeRam(HEADER, little(16).putInt(type).putInt(0).putLong(sector).array());
        guest.writeRam(STATUS, new byte[] {-1});
        ByteBuffer chain = little(48);
        descriptor(chain, HEADER, 16, NEXT, 1);
        descriptor(chain, DATA, SECTOR, type == READ ? NEXT | DEVICE_WRITES : NEXT, 2);
        descriptor(chain, STATUS, 1, DEVICE_WRITES, 0);
        guest.writeRam(DESCRIPTORS, chain.array());
        guest.writeRam(AVAILABLE + 4 + 2L * (requests % SIZE), new byte[2]);
        requests++;
        guest.writeRam(AVAILABLE + 2, little(2).putShort((short) requests).array());
        guest.writeMemory(STRUCTURES + 0x3000, 2, 0);
        assertEquals(requests, guest.waitMsi(requests));
        assertEquals(requests, ByteBuffer.wrap(guest.readRam(USED + 2, 1)).get());
        assertEquals(0, guest.readRam(STATUS, 1)[0]);
    }

    @Test
    void isFoundMovedReadAndWritten() throws Exception {
        byte[] content = new byte[64 * SECTOR];
        new Random(1).nextBytes(content);
        Path image = Files.createTempFile("disk", ".img");
        Files.write(image, content);
        Device disk = disk(Map.of("image", image.toString(), "slot", "04.0"));
        try (CoreMachine machine =
                new CoreMachine("disk", new AcrnHypervisor(), 4, 8 << 20, Map.of())) {
            machine.plug("disk", disk);
            machine.start();
            Status.Machine vm = guest.status().machines().get(0);
            guest.vm(vm.vm());
            assertEquals(0x1042_1AF4, config(0, 4));
            assertEquals(0x1237_8086, guest.readConfiguration("0:0.0", 0, 4), "the host bridge");
            assertEquals(0xFFFF_FFFFL, guest.readConfiguration("0:5.0", 0, 4), "nobody");
            long before = config(0x20, 4) & ~0xFL;
            config(0x20, 4, 0xFFFF_FFFFL);
            assertEquals(0xFFFF_C00CL, config(0x20, 4), "16 KiB, 64-bit, prefetchable");
            begin();
            assertEquals(0xFFFF_FFFFL, guest.readMemory(before, 4), "it has left");
            assertEquals(64, guest.readMemory(STRUCTURES + 0x2000, 4), "sectors");

            long served = machine.seen().row().requests();
            request(READ, 7);
            assertEquals(served, machine.seen().row().requests(), "the HSM heard the doorbell");
            assertArrayEquals(
                    java.util.Arrays.copyOfRange(content, 7 * SECTOR, 8 * SECTOR),
                    guest.readRam(DATA, SECTOR));
            List<String> log = guest.log();
            assertTrue(
                    log.stream().anyMatch(e -> e.endsWith("msi addr=0xfee01000 data=0x51 ret=0")),
                    log::toString);

            guest.writeRam(DATA, new byte[SECTOR]);
            request(WRITE, 7);
            System.arraycopy(new byte[SECTOR], 0, content, 7 * SECTOR, SECTOR);
            assertArrayEquals(content, Files.readAllBytes(image));

            config(0x20, 4, STRUCTURES + 0x10_0000); // while it is enabled: the doorbell goes along
            guest.writeMemory(STRUCTURES + 0x3000, 2, 0);
            assertEquals(served + 2, machine.seen().row().requests(), "nobody's: a request again");
            assertEquals(0, machine.seen().devices().get(0).faults());
        } finally {
            disk.getClass().getMethod("deactivate").invoke(disk);
            Files.delete(image);
        }
    }
}
