package io.trapline.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.Configuration;

/** The test guest's own driver on KVM writes devices.virtio-blk full, reads it back, and has it replaced meanwhile. */
class GuestDiskTest {
    private static final String MACHINE = "m";
    private static final String DISK = "disk";
    private static final int SECTOR = 512;
    private static final int SECTORS = 8192; // 4 MiB
    private static final int REQUEST = 32; // sectors
    private static final int DEPTH = 16;
    private static final int ADDRESS = 0xFEB0_2E00;
    private static final int IRQ = 5;

    // guest/README.md, "disk.bin": offsets of parameters, values
    private static final int TRANSPORT_OFFSET = 0x18;
    private static final int LOAD_OFFSET = 0x24;
    private static final int DEPTH_OFFSET = 0x28;
    private static final int SECTORS_OFFSET = 0x2C;
    private static final int BATCHES_OFFSET = 0x34;
    private static final int FLAGS_OFFSET = 0x38;
    private static final int CHECK = 4;
    private static final int PACKED = 1;
    private static final int EVENT_INDEX = 2;
    private static final int INTERRUPTS = 4;
    private static final int FOR_EVER = 0;
    private static final int SWAPS = 16;

    private final MachineFixture fixture = new MachineFixture();
    private Path image;
    private SerialLine com1;
    private Configuration disk;

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    private void powerOn(String transport, int batches, int flags) throws Exception {
        Needs.backend("kvm");
        image = fixture.file("disk.img");
        Files.write(image, new byte[SECTORS * SECTOR]);
        com1 = fixture.uart(MACHINE);
        disk = fixture.configure("devices.virtioblk", DISK, settings(transport, "FIRST"));
        Path guest = fixture.file("guest.bin");
        Files.write(guest, guest(transport.equals("pci") ? 1 : 0, batches, flags));
        fixture.boot(MACHINE, "kvm", guest, "32M");
    }

    private Map<String, Object> settings(String transport, String serial) {
        return Map.of(
                "machine", MACHINE,
                "name", DISK,
                "image", image.toString(),
                "transport", transport,
                "slot", "04.0",
                "irq", IRQ,
                "address", (long) ADDRESS & 0xFFFF_FFFFL,
                "serial", serial);
    }

    private byte[] guest(int transport, int batches, int flags) throws Exception {
        byte[] bytes;
        try (InputStream in =
                fixture.bundle("io.trapline.guest").getResource("guest/disk.bin").openStream()) {
            bytes = in.readAllBytes();
        }
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(TRANSPORT_OFFSET, transport)
                .putInt(LOAD_OFFSET, CHECK)
                .putInt(DEPTH_OFFSET, DEPTH)
                .putInt(SECTORS_OFFSET, REQUEST)
                .putInt(BATCHES_OFFSET, batches)
                .putInt(FLAGS_OFFSET, flags);
        return bytes;
    }

    /** guest/README.md: what a check has written in its last batch. */
    private static byte[] written(int batch) {
        ByteBuffer words = ByteBuffer.allocate(SECTORS * SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        for (long sector = 0; sector < SECTORS; sector++) {
            for (long word = 0; word < SECTOR / Long.BYTES; word++) {
                words.putLong((sector << 24 | batch << 8 | word) * 0x9E37_79B9_7F4A_7C15L);
            }
        }
        return words.array();
    }

    @ParameterizedTest(name = "{0}, packed: {1}, event indices: {2}")
    @CsvSource({
        "pci, false, false", "pci, false, true", "pci, true, false", "pci, true, true",
        "mmio, false, false", "mmio, false, true", "mmio, true, false", "mmio, true, true"
    })
    void readsBackWhatItHasWritten(String transport, boolean packed, boolean eventIndex)
            throws Exception {
        int flags = (packed ? PACKED : 0) | (eventIndex ? EVENT_INDEX : 0);
        powerOn(transport, 2, flags);
        com1.until("disk: sectors " + SECTORS + " queue 256 " + (packed ? "packed" : "split"));
        com1.until("check 1 errors 0 differences 0\r\n");
        com1.until("check 2 errors 0 differences 0\r\n");
        com1.until("disk: done");

        assertArrayEquals(written(2), Files.readAllBytes(image));
    }

    /** What has arrived is only looked at: the message in the local APIC, the line in the first 8259A. */
    @ParameterizedTest
    @CsvSource({"pci, isr 01 vector 1", "mmio, isr 01 vector 0"})
    void interruptsArrive(String transport, String expected) throws Exception {
        powerOn(transport, 1, INTERRUPTS);
        com1.until("check 1 errors 0 differences 0\r\n");
        com1.until(expected + " lines ");

        int lines = Integer.parseInt(com1.until("\r\n"), 16);
        assertEquals(transport.equals("mmio"), (lines & 1 << IRQ) != 0, "lines " + lines);
    }

    /** Nothing is lost, nothing is answered twice: the driver has 16 requests in flight all the time. */
    @ParameterizedTest
    @CsvSource({"pci, 3", "mmio, 2"})
    void goesOnWhileTheDiskIsReplaced(String transport, int flags) throws Exception {
        powerOn(transport, FOR_EVER, flags);
        Bundle bundle = fixture.bundle("io.trapline.devices.virtio-blk");
        for (int swap = 1; swap <= SWAPS; swap++) {
            awaitRightCheck();
            if (swap % 2 == 0) {
                bundle.update();
            } else {
                disk.update(new Hashtable<>(settings(transport, "SWAP-" + swap)));
            }
            fixture.awaitServing(MACHINE, DISK, swap);
        }
        while (com1.has("\r\n")) {
            awaitRightCheck();
        }
        awaitRightCheck(); // begun before the last swap, perhaps
        awaitRightCheck();

        assertEquals(0, fixture.device(MACHINE, DISK).faults());
        fixture.machine(MACHINE).stop();
    }

    private void awaitRightCheck() throws Exception {
        com1.until("check ");
        String line = com1.until("\r\n");
        assertTrue(line.endsWith(" errors 0 differences 0"), line);
    }
}
