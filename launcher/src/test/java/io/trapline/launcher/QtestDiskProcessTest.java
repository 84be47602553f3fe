package io.trapline.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk as a qtest client drives it: VIRTIO 1.2 over PCI on a PC, and over memory-mapped registers on a microvm. */
class QtestDiskProcessTest {
    private static final long RING = 0x10_0000;
    private static final long AVAIL = RING + 0x1000;
    private static final long USED = RING + 0x2000;
    private static final long HEADER = RING + 0x3000;
    private static final long STATUS = HEADER + 16;
    private static final long DATA = RING + 0x4000;
    private static final int SIZE = 8;
    private static final int SECTOR = 512;
    private static final int ALL_SET = 1 | 2 | 8 | 4;
    private static final long TOO_LONG = Long.MAX_VALUE & ~511L; // for any file system's files
    private static final String DONE = "{\"return\":{}}";
    private static final String DELETE = "{'execute':'device_del','arguments':{'id':'disk'}}";

    @TempDir private Path folder;

    private final byte[] disk = new byte[64 * SECTOR];
    private QtestClient client;
    private int requests;

    @BeforeEach
    void write() throws IOException {
        new Random(9).nextBytes(disk);
        Files.write(image(), disk);
        Files.write(folder.resolve("disk.img2"), disk);
    }

    @AfterEach
    void end() throws IOException {
        if (client != null) {
            client.close();
        }
    }

    /** A machine with the drive d0, and what else is wanted. */
    private void begin(String machine, String... more) throws IOException {
        List<String> options = new ArrayList<>(List.of("-M", machine, "-nodefaults"));
        options.addAll(List.of("-drive", "if=none,id=d0,format=raw,file=" + image()));
        options.addAll(List.of(more));
        client = new QtestClient(folder, options.toArray(String[]::new));
    }

    private void beginWithDisk() throws IOException {
        begin("pc", "-device", "virtio-blk-pci,id=disk,drive=d0,addr=4.0");
    }

    private Path image() {
        return folder.resolve("disk.img");
    }

    private long read(char width, long address) throws IOException {
        return Long.decode(client.ask("read" + width + " " + address).substring(3));
    }

    private void write(char width, long address, long value) throws IOException {
        assertEquals("OK", client.ask("write" + width + " " + address + " " + value));
    }

    private byte[] memory(long address, int length) throws IOException {
        String reply = client.ask("read " + address + " " + length);
        assertTrue(reply.startsWith("OK 0x"), reply);
        return HexFormat.of().parseHex(reply.substring(5));
    }

    /** One request through the ring; whoever rings is told how. */
    private int request(int type, long sector, Ring ring) throws IOException {
        write('l', HEADER, type);
        write('l', HEADER + 4, 0);
        write('q', HEADER + 8, sector);
        write('b', STATUS, 0xFF);
        descriptor(0, HEADER, 16, 1, 1);
        descriptor(1, DATA, SECTOR, type == 0 ? 1 | 2 : 1, 2);
        descriptor(2, STATUS, 1, 2, 0);
        write('w', AVAIL + 4 + 2L * (requests % SIZE), 0);
        write('w', AVAIL + 2, ++requests);
        ring.ring();
        while (read('w', USED + 2) != requests) {
            Thread.onSpinWait(); // the host's disk takes the host's time
        }
        return (int) read('b', STATUS);
    }

    private interface Ring {
        void ring() throws IOException;
    }

    private void descriptor(int index, long address, int length, int flags, int next)
            throws IOException {
        long at = RING + 16L * index;
        write('q', at, address);
        write('l', at + 8, length);
        write('w', at + 12, flags);
        write('w', at + 14, next);
    }

    private void readsAndWrites(Ring ring) throws IOException {
        assertEquals(0, request(0, 5, ring));
        assertArrayEquals(sector(5), memory(DATA, SECTOR));
        assertEquals("OK", client.ask("memset " + DATA + " 512 0x5a"));
        assertEquals(0, request(1, 6, ring));
        Arrays.fill(disk, 6 * SECTOR, 7 * SECTOR, (byte) 0x5A);
        assertArrayEquals(disk, Files.readAllBytes(image()));
        assertEquals(1, request(0, 64, ring), "beyond the end");
    }

    private byte[] sector(int number) {
        return Arrays.copyOfRange(disk, number * SECTOR, (number + 1) * SECTOR);
    }

    // ---- PCI

    private static final long STRUCTURES = 0xE000_0000L;
    private static final long VECTORS = 0xE001_0000L;

    private void select(int register) throws IOException {
        assertEquals("OK", client.ask("outl 0xcf8 " + (0x8000_0000L | 4 << 11 | register)));
    }

    private long config(int register) throws IOException {
        select(register);
        return Long.decode(client.ask("inl 0xcfc").substring(3));
    }

    private void config(int register, long value) throws IOException {
        select(register);
        assertEquals("OK", client.ask("outl 0xcfc " + value));
    }

    @Test
    void isOnTheBusOfAPc() throws Exception {
        beginWithDisk();
        assertEquals(0x1042_1AF4, config(0));
        assertEquals("OK 0xffffffff", at(5), "an absent function");
        config(0x14, VECTORS);
        config(0x24, 0);
        negotiate();
        assertEquals(64, capacity());

        common('w', 22, 0);
        common('w', 24, SIZE);
        common('q', 32, RING);
        common('q', 40, AVAIL);
        common('q', 48, USED);
        messageToMemory();
        common('w', 28, 1);
        common('b', 20, ALL_SET);
        assertEquals(ALL_SET, read('b', STRUCTURES + 20));
        readsAndWrites(() -> write('w', STRUCTURES + 0x3000, 0));
        assertEquals(0x1234, read('l', RING + 0x5000), "the message, stored to RAM");
    }

    /** Maps the device's registers and agrees on features, VERSION_1 alone. */
    private void negotiate() throws IOException {
        config(0x20, STRUCTURES);
        config(0x04, 6);
        common('b', 20, 0);
        common('b', 20, 1 | 2);
        common('l', 8, 1);
        common('l', 12, 1);
        common('b', 20, 1 | 2 | 8);
    }

    private long capacity() throws IOException {
        return read('q', STRUCTURES + 0x2000);
    }

    private String at(int device) throws IOException {
        client.ask("outl 0xcf8 " + (0x8000_0000L | device << 11));
        return client.ask("inl 0xcfc");
    }

    private void common(char width, int offset, long value) throws IOException {
        write(width, STRUCTURES + offset, value);
    }

    private void messageToMemory() throws IOException {
        write('q', VECTORS, RING + 0x5000);
        write('l', VECTORS + 8, 0x1234);
        write('l', VECTORS + 12, 0);
        int at = (int) config(0x34) & 0xFF;
        while ((config(at) & 0xFF) != 0x11) {
            at = (int) config(at) >>> 8 & 0xFF;
        }
        config(at, 0x8000_0000L);
        common('w', 26, 0);
    }

    @Test
    void comesToARunningMachineAndGoesWhenTheGuestLetsGo() throws Exception {
        begin("pc");
        assertEquals("OK 0xffffffff", at(5));
        for (int round = 0; round < 2; round++) {
            assertEquals(DONE, add("disk", "d0", "virtio-blk-pci", ",'addr':'5'"));
            assertEquals("OK 0x10421af4", at(5));
            assertEquals("OK 0x0020", client.ask("inl 0xae00"), "up");
            assertEquals(DONE, monitor(DELETE));
            assertEquals("OK 0x0020", client.ask("inl 0xae04"), "down");
            assertEquals("OK 0x10421af4", at(5), "until the guest lets go");
            refused(monitor(DELETE), "Device disk is already in the process of unplug");
            assertEquals("OK", client.ask("outl 0xae08 0x20"));
            String event = client.event();
            assertTrue(event.contains("\"DEVICE_DELETED\",\"data\":{\"device\":\"disk\""), event);
            assertEquals("OK 0xffffffff", at(5));
            assertTrue(monitor(DELETE).contains("DeviceNotFound"), "it is told once");
        }
    }

    private String monitor(String command) throws IOException {
        return client.monitor(command.replace('\'', '"'));
    }

    private String add(String id, String drive, String driver, String more) throws IOException {
        return monitor(
                "{'execute':'device_add','arguments':{'driver':'%s','id':'%s','drive':'%s'%s}}"
                        .formatted(driver, id, drive, more));
    }

    private String resize(String drive, long size) throws IOException {
        return monitor(
                "{'execute':'block_resize','arguments':{'device':'%s','size':%d}}"
                        .formatted(drive, size));
    }

    private static void refused(String answer, String why) {
        assertTrue(answer.startsWith("{\"error\":{\"class\":\"GenericError\""), answer);
        assertTrue(answer.contains(why), answer);
    }

    @Test
    void getsAnotherSizeWhileItRuns() throws Exception {
        beginWithDisk();
        negotiate();
        common('b', 20, ALL_SET);
        assertEquals(64, capacity());
        assertEquals(DONE, resize("d0", 65536));
        assertEquals(128, capacity());
        assertEquals(2, read('b', STRUCTURES + 0x1000) & 2, "a configuration interrupt");
        assertEquals(1, read('b', STRUCTURES + 21), "a new generation");
        assertEquals(65536, Files.size(image()));
    }

    @Test
    void staysAsItIsWhereItCannotHaveAnotherSize() throws Exception {
        begin(
                "pc",
                "-device",
                "virtio-blk-pci,id=disk,drive=d0,addr=4.0",
                "-drive",
                "if=none,id=d1,format=raw,readonly=on,file=" + image() + "2",
                "-device",
                "virtio-blk-pci,id=second,drive=d1,addr=5.0");
        negotiate();
        refused(resize("d0", 1000), "a multiple of 512");
        refused(resize("d1", 65536), "drive d1 is read-only");
        assertEquals("OK 0x10421af4", at(5));
        assertEquals(64, capacity());
        assertEquals(1 | 2 | 8, read('b', STRUCTURES + 20), "its driver has not been disturbed");
    }

    @Test
    void goesOnWhereItsImageCannotGrow() throws Exception {
        beginWithDisk();
        refused(resize("d0", TOO_LONG), "device disk: ");
        assertEquals("OK 0x10421af4", at(4));
        assertEquals(DONE, resize("d0", 65536));
        assertEquals(65536, Files.size(image()));
    }

    @Test
    void leavesItsDriveToOthersWhereItIsRefused() throws Exception {
        begin(
                "pc",
                "-device",
                "virtio-blk-pci,id=disk,drive=d0,addr=4.0",
                "-drive",
                "if=none,id=d1,format=raw,file=" + image() + "2");
        refused(add("disk", "d1", "virtio-blk-pci", ""), "there is a device disk already");
        refused(resize("d1", 65536), "there is no disk d1");
        assertEquals(disk.length, Files.size(image()), "that of the other");
        assertEquals(DONE, add("second", "d1", "virtio-blk-pci", ",'addr':'5'"));
        assertEquals(DONE, resize("d1", 65536));
        assertEquals(65536, Files.size(folder.resolve("disk.img2")));
    }

    @Test
    void leavesItsSlotToOthersWhereItIsRefusedOrGone() throws Exception {
        begin(
                "microvm",
                "-device",
                "virtio-blk-device,id=disk,drive=d0",
                "-drive",
                "if=none,id=d1,format=raw,file=" + image() + "2");
        refused(add("disk", "d1", "virtio-blk-device", ""), "there is a device disk already");
        assertEquals(DONE, add("second", "d1", "virtio-blk-device", ""));
        assertEquals(2, read('l', LAST_SLOT - 0x200 + 8), "the next, not the one after");
        assertEquals(DONE, monitor(DELETE));
        assertTrue(client.event().contains("DEVICE_DELETED"));
        assertTrue(word(8) != 2);
        assertEquals(DONE, add("third", "d0", "virtio-blk-device", ""));
        assertEquals(2, word(8), "the last again");
    }

    // ---- memory-mapped

    private static final long LAST_SLOT = 0xFEB0_0000L + 23 * 0x200;

    @Test
    void isInTheLastSlotOfAMicrovm() throws Exception {
        begin("microvm", "-device", "virtio-blk-device,drive=d0");
        assertEquals("OK", client.ask("irq_intercept_in ioapic"));
        assertEquals(0x7472_6976, word(0));
        assertEquals(2, word(8), "a block device");
        assertTrue(read('l', LAST_SLOT - 0x200) != 0x7472_6976, "an empty slot");
        word(0x70, 1 | 2);
        word(0x24, 1);
        word(0x20, 1);
        word(0x70, 1 | 2 | 8);
        word(0x38, SIZE);
        word(0x80, RING);
        word(0x90, AVAIL);
        word(0xA0, USED);
        word(0x44, 1);
        word(0x70, ALL_SET);
        assertEquals(ALL_SET, word(0x70));
        client.interrupts();
        readsAndWrites(() -> word(0x50, 0));
        assertEquals("raise 47", client.interrupts().get(0));
        word(0x64, 1);
        assertEquals("lower 47", client.interrupts().get(0));
    }

    private long word(int offset) throws IOException {
        return read('l', LAST_SLOT + offset);
    }

    private void word(int offset, long value) throws IOException {
        write('l', LAST_SLOT + offset, value);
    }
}
