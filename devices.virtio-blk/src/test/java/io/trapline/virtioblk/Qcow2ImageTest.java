package io.trapline.virtioblk;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.linux.IoVector;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** QEMU's docs/interop/qcow2.txt: images that qemu-img has made, and images that mean harm. */
class Qcow2ImageTest {
    private static final int LENGTH = 3_000_320; // no whole number of clusters

    @TempDir Path folder;

    private final byte[] bytes = new byte[LENGTH];

    /** Data, zeroes and text that compresses well, here and there. */
    private Path raw() throws IOException {
        Random random = new Random(9);
        for (int at = 0; at < LENGTH; ) {
            int part = Math.min(LENGTH - at, 1 + random.nextInt(200_000));
            int kind = random.nextInt(3);
            for (int i = at; i < at + part; i++) {
                bytes[i] = (byte) (kind == 0 ? 0 : kind == 1 ? random.nextInt() : i / 1000);
            }
            at += part;
        }
        return Files.write(folder.resolve("disk.raw"), bytes);
    }

    private Path image(String arguments) throws Exception {
        Needs.tool("qemu-img");
        Path image = folder.resolve("disk.qcow2");
        String command =
                "qemu-img convert -f raw -O qcow2 " + arguments + " " + raw() + " " + image;
        assertNotNull(Needs.run("sh", "-c", command), command);
        return image;
    }

    private static byte[] read(Image image, long position, int length) throws IOException {
        ByteBuffer memory = ByteBuffer.allocateDirect(length + 1);
        IoVector vector = new IoVector();
        int half = length / 2;
        vector.add(memory.limit(half).position(0));
        vector.add(memory.limit(length + 1).position(half + 1));
        memory.clear();
        image.read(vector, position);
        byte[] read = new byte[length];
        memory.get(0, read, 0, half).get(half + 1, read, half, length - half);
        return read;
    }

    @ParameterizedTest(name = "qemu-img convert {0}")
    @ValueSource(
            strings = {
                "",
                "-c",
                "-o compat=0.10",
                "-c -o compat=0.10",
                "-o cluster_size=512",
                "-c -o cluster_size=4096",
                "-o cluster_size=2M",
                "-c -o cluster_size=2M",
                "-S 4k",
                "-o preallocation=metadata",
                "-o lazy_refcounts=on"
            })
    void readsWhatQemuWrote(String arguments) throws Exception {
        try (Qcow2Image image = Qcow2Image.open(image(arguments))) {
            assertEquals(LENGTH, image.length());
            assertTrue(image.readOnly());
            assertArrayEquals(bytes, read(image, 0, LENGTH));
            Random random = new Random(4);
            for (int round = 0; round < 100; round++) {
                int count = 512 * (1 + random.nextInt(300));
                int at = 512 * random.nextInt((LENGTH - count) / 512);
                byte[] wanted = Arrays.copyOfRange(bytes, at, at + count);
                assertArrayEquals(wanted, read(image, at, count));
            }
        }
    }

    /** Clusters that are zero by their flag, and a snapshot beside. */
    @Test
    void readsZeroesAndWhatIsBesideASnapshot() throws Exception {
        Path path = image("");
        Needs.tool("qemu-io");
        String change =
                "qemu-img snapshot -c before %1$s && qemu-io -f qcow2 -c 'write -P 17 65536 70000'"
                        + " -c 'write -z 1048576 262144' %1$s";
        assertNotNull(Needs.run("sh", "-c", change.formatted(path)));
        Arrays.fill(bytes, 65536, 135536, (byte) 17);
        Arrays.fill(bytes, 1_048_576, 1_310_720, (byte) 0);
        try (Qcow2Image image = Qcow2Image.open(path)) {
            assertArrayEquals(bytes, read(image, 0, LENGTH));
            assertThrows(IOException.class, () -> read(image, LENGTH - 512, 1024));
            assertThrows(IOException.class, () -> image.resize(512));
            assertThrows(IOException.class, () -> image.zero(0, 512, false));
        }
    }

    @Test
    void refusesABackingFileAndEncryption() throws Exception {
        Path base = image("");
        Path top = folder.resolve("top.qcow2");
        Needs.run(
                "qemu-img",
                "create",
                "-f",
                "qcow2",
                "-F",
                "qcow2",
                "-b",
                base.toString(),
                top + "");
        refused(top, "qcow2: it has a backing file: qemu-img convert -O qcow2 gives one without");
        Path secret = folder.resolve("secret.qcow2");
        String create =
                "qemu-img create -f qcow2 --object secret,id=s,data=x -o"
                        + " encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10 %s 1M";
        if (Needs.run("sh", "-c", create.formatted(secret)) != null) {
            refused(secret, "qcow2: it is encrypted: qemu-img convert -O qcow2 gives one without");
        }
        refused(raw(), "qcow2: it is no qcow2 image: wanted format=raw?");
    }

    private void refused(Path path, String why) {
        IOException e = assertThrows(IOException.class, () -> Qcow2Image.open(path));
        assertEquals("image " + path + ": " + why, e.getMessage());
    }

    @ParameterizedTest(name = "{1} bytes at {0}: {2}")
    @CsvSource({
        "4, 4, 1, 'version 1, wanted 2 or 3'",
        "20, 4, 8, 'cluster_bits 8, wanted 9 to 21'",
        "20, 4, 22, 'cluster_bits 22, wanted 9 to 21'",
        "20, 4, -1, 'cluster_bits -1, wanted 9 to 21'",
        "24, 8, -1, 'size 18446744073709551615, wanted less than 2^63'",
        "24, 8, 0x7fffffffffffffff, size 9223372036854775807 is too much for clusters so small",
        "24, 8, 0x40000000000, 'l1_size 1, wanted 8192 for its size'",
        "36, 4, 0, 'l1_size 0, wanted 1 for its size'",
        "40, 8, 1, 'l1_table_offset 1, wanted a cluster''s'",
        "40, 8, -512, 'l1_table_offset 18446744073709551104, wanted a cluster''s'",
        "40, 8, 0x100000, 'its L1 table is at 1048576 of 196616 bytes: is it all there?'",
        "40, 8, 0x7fffffffffff0000, 'its L1 table is at 9223372036854710272 of 196616 bytes: is it all there?'",
        "72, 8, 1, it was not closed: qemu-img check -r all",
        "72, 8, 2, it is marked corrupt: qemu-img check",
        "72, 8, 4, its data is in another file: qemu-img convert -O qcow2 gives one without",
        "72, 8, 16, it has subclusters: qemu-img convert -O qcow2 gives one without",
        "72, 8, 32, unknown incompatible features 0x20",
    })
    void refusesAHeaderThatMakesNoSense(int at, int width, String value, String why)
            throws Exception {
        Needs.tool("qemu-img");
        Path image = folder.resolve("disk.qcow2");
        Needs.run("qemu-img", "create", "-f", "qcow2", image.toString(), "3000320");
        Path path = patched(image, at, width, Long.decode(value));
        refused(path, "qcow2: " + why);
    }

    private static Path patched(Path path, long at, int width, long value) throws IOException {
        byte[] all = Files.readAllBytes(path);
        ByteBuffer buffer = ByteBuffer.wrap(all);
        if (width == 8) {
            buffer.putLong((int) at, value);
        } else {
            buffer.putInt((int) at, (int) value);
        }
        return Files.write(path, all);
    }

    /** Tables that point anywhere: an error of the request, and nothing else. */
    @Test
    void answersTablesThatMeanHarmWithAnError() throws Exception {
        Path good = image("-c -o cluster_size=4096");
        byte[] all = Files.readAllBytes(good);
        Random random = new Random(12);
        int errors = 0;
        for (int round = 0; round < 100; round++) {
            byte[] bad = all.clone();
            int from = round < 50 ? 4096 : 0;
            int to = round < 50 ? Math.min(bad.length, 100_000) : 104;
            for (int i = 0; i < 1 + random.nextInt(round < 50 ? 200 : 4); i++) {
                bad[from + random.nextInt(to - from)] = (byte) random.nextInt();
            }
            Path path = Files.write(folder.resolve("bad"), bad);
            try (Qcow2Image image = Qcow2Image.open(path)) {
                long length = Math.min(image.length(), LENGTH) / 512 * 512;
                for (int at = 0; at + 65536 <= length; at += 65536) {
                    try {
                        read(image, at, 65536);
                    } catch (IOException e) {
                        errors++;
                    }
                }
            } catch (IOException e) {
                errors++;
            }
        }
        assertTrue(errors > 30, "errors: " + errors);
    }

    @Test
    void saysThatAFileThatWasCutEnds() throws Exception {
        Path path = image("");
        byte[] all = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(all, all.length / 2));
        try (Qcow2Image image = Qcow2Image.open(path)) {
            assertThrows(IOException.class, () -> read(image, 0, LENGTH));
        }
        Files.write(path, Arrays.copyOf(all, 50));
        refused(path, "qcow2: its L1 table is at 196608 of 50 bytes: is it all there?");
    }

    /** An L1 table of 32 MiB, the most there is, and compressed clusters of 2 MiB. */
    @Test
    void takesLittleMemoryWhateverTheImageSays() throws Exception {
        Path path = folder.resolve("huge.qcow2");
        ByteBuffer header = ByteBuffer.allocate(104).put(new byte[] {'Q', 'F', 'I', -5});
        header.putInt(4, 2).putInt(20, 9).putLong(24, 1L << 22 + 15);
        header.putInt(36, 1 << 22).putLong(40, 512);
        try (FileChannel file = FileChannel.open(path, CREATE_NEW, WRITE)) {
            file.write(header.rewind(), 0);
            file.write(ByteBuffer.allocate(1), 512 + (8 << 22));
        }
        Path packed = image("-c -o cluster_size=2M");
        long before = directMemory();
        try (Qcow2Image huge = Qcow2Image.open(path);
                Qcow2Image good = Qcow2Image.open(packed)) {
            assertArrayEquals(new byte[512], read(huge, huge.length() - 512, 512));
            assertArrayEquals(Arrays.copyOf(bytes, 512), read(good, 0, 512));
            assertTrue(directMemory() - before < 1 << 18, "bytes: " + (directMemory() - before));
        }
    }

    private static long directMemory() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
