package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.trapline.linux.HostFile;
import io.trapline.virtio.Played;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** VIRTIO 1.2, §5.2.6: struct virtio_blk_lifetime, from what Linux tells of an eMMC. */
class LifetimeTest {
    private static final long F_LIFETIME = 1L << 15;
    private static final long MINUTE = 60_000_000_000L;

    @TempDir Path folder;

    private long now;

    /** A disk in /sys, as Linux lays one out. */
    private Path disk(String end, String estimates) throws IOException {
        Path device = Files.createDirectories(folder.resolve("mmcblk0/device"));
        Files.writeString(device.resolve("pre_eol_info"), end + "\n");
        Files.writeString(device.resolve("life_time"), estimates + "\n");
        return device.getParent();
    }

    private Lifetime of(Path disk) {
        return new Lifetime(disk, () -> now);
    }

    @ParameterizedTest(name = "{0}, {1}: {2} {3} {4}")
    @CsvSource({
        "0x01, 0x02 0x0b, 1, 2, 11",
        "0x03, 0x01 0x00, 3, 1, 0",
        "0x04, 0x0c 0xffff, 0, 0, 0",
        "0x00, 0x00 0x00, 0, 0, 0",
        "much, 0x01 0x01, 0, 0, 0",
        "-1, 0x99999999999 0x01, 0, 0, 0",
    })
    void sendsNothingReserved(String end, String estimates, short first, short second, short third)
            throws IOException {
        Lifetime lifetime = of(disk(end, estimates));
        assertArrayEquals(new short[] {first, second, third}, lifetime.now());
        assertEquals(first + second + third > 0, lifetime.isKnown());
    }

    @Test
    void isFoundForAPartitionToo() throws IOException {
        Path partition = Files.createDirectories(disk("0x02", "0x03 0x04").resolve("mmcblk0p1"));
        assertArrayEquals(new short[] {2, 3, 4}, of(partition).now());
    }

    /** As /dev/disk/by-id has them, whose names say nothing in /sys. */
    @Test
    void isLookedForByTheDiskNotByItsName() throws Exception {
        Path file = Files.write(folder.resolve("disk.img"), new byte[1 << 16]);
        try (Needs.Loop loop = new Needs.Loop(file)) {
            Path link = Files.createSymbolicLink(folder.resolve("by-id"), loop.device);
            try (HostFile disk = HostFile.open(link, false, false)) {
                assertEquals(
                        Path.of("/sys/class/block", loop.device.getFileName() + "").toRealPath(),
                        disk.described().toRealPath());
            }
        }
    }

    @Test
    void isReadOnceAMinute() throws IOException {
        now = Long.MAX_VALUE - MINUTE / 2; // a clock of nanoseconds may come round
        Lifetime lifetime = of(disk("0x01", "0x02 0x03"));
        short[] first = lifetime.now();
        disk("0x02", "0x04 0x05");
        now += MINUTE - 1;
        assertSame(first, lifetime.now());
        now++;
        assertArrayEquals(new short[] {2, 4, 5}, lifetime.now());
        Files.delete(folder.resolve("mmcblk0/device/life_time"));
        now += MINUTE;
        assertArrayEquals(new short[3], lifetime.now());
    }

    @Test
    void isNotKnownOfWhatDoesNotSay() throws IOException {
        assertFalse(of(null).isKnown());
        assertFalse(of(folder).isKnown());
        assertArrayEquals(new short[3], of(null).now());
        Path file = Files.write(folder.resolve("disk.img"), new byte[512]);
        try (RawImage image = RawImage.open(file, false)) {
            assertFalse(image.hasLifetime());
        }
    }

    /** §5.2.6.2: the feature is not offered where the metrics cannot be obtained. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isOfferedWhereItIsKnown(boolean known) throws IOException {
        NumberedImage image = new NumberedImage();
        image.lifetime = known ? new short[] {1, 2, 3} : null;
        Played played =
                Played.of(true, new BlockDevice(Settings.USUAL, image, Runnable::run, () -> 0));
        assertEquals(known, (played.offered() & F_LIFETIME) != 0);
    }
}
