package io.trapline.acrn;

import static io.trapline.acrn.AcrnLab.MIB;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.RamRange;
import io.trapline.rig.Mapping;
import io.trapline.rig.RigException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The guest's memory: {@code drivers/virt/acrn/mm.c, acrn_vm_ram_map}. */
@OnRig
class MemoryTest {
    private static final Path THP = Path.of("/sys/kernel/mm/transparent_hugepage");
    private static final Path POOL =
            Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");

    private static AcrnLab lab(long memory, long hole, String... options) throws IOException {
        return new AcrnLab((vcpu, slot) -> 0L, memory, hole, options);
    }

    /** No byte more than asked for, without a gap; and each is the one that we see. */
    private static List<Mapping> exact(AcrnLab lab, long low, long high) throws IOException {
        List<Mapping> map = lab.guest.map(); // the first 2000 of them
        long next = 0;
        for (Mapping piece : map) {
            next = next == low && high > 0 ? GuestRam.HOLE_END : next;
            assertEquals(next, piece.address(), map::toString);
            next += piece.length();
        }
        assertTrue(next <= (high > 0 ? GuestRam.HOLE_END + high : low), map::toString);
        String all = lab.guest.command("map");
        assertTrue(all.matches("(?s)regions=\\d+ bytes=" + (low + high) + "\n.*"), all);
        long bytes = 0;
        for (RamRange range : lab.machine.ram()) {
            bytes += range.length();
            seenFromBothSides(lab, range);
        }
        assertEquals(low + high, bytes);
        return map;
    }

    private static void seenFromBothSides(AcrnLab lab, RamRange range) {
        ByteBuffer window = range.windows().get(0);
        byte[] pattern = new byte[8192]; // over a page's end
        for (long offset = 0; offset + 8192 <= range.length(); offset += MIB - 4096) {
            for (int i = 0; i < pattern.length; i++) {
                pattern[i] = (byte) (offset / 4096 * 7 + i * 13L + (range.address() >>> 32));
            }
            window.put((int) offset, pattern);
            byte[] seen = lab.guest.readRam(range.address() + offset, pattern.length);
            assertArrayEquals(pattern, seen);
            lab.guest.writeRam(range.address() + offset + 100, new byte[] {1, 2, 3});
            assertEquals(0x030201, window.getInt((int) offset + 100) & 0xFFFFFF);
        }
    }

    @Test
    void smallPages() throws Exception {
        try (AcrnLab lab = lab(6 * MIB, GuestRam.HOLE)) {
            exact(lab, 6 * MIB, 0);
            RigException beyond =
                    assertThrows(RigException.class, () -> lab.guest.readRam(6 * MIB, 1));
            assertTrue(beyond.words().startsWith("unmapped"));
            lab.start();
            lab.machine.ram().get(0).windows().get(0).put(0x9000, (byte) 0x5A);
            lab.reset();
            assertEquals(0x5A, lab.guest.readRam(0x9000, 1)[0]); // RAM keeps its contents
        }
    }

    /** More than one segment: the driver wants contiguous 40 bytes a page. */
    @Test
    void severalSegments() throws Exception {
        try (AcrnLab lab = lab(160 * MIB, GuestRam.HOLE)) {
            exact(lab, 160 * MIB, 0);
        }
    }

    /** What does not fit below the devices' hole goes on at 4 GiB, as acrn-dm lays it out. */
    @Test
    void highMemory() throws Exception {
        try (AcrnLab lab = lab(10 * MIB, 4 * MIB)) {
            assertEquals(2, lab.machine.ram().size());
            exact(lab, 4 * MIB, 6 * MIB);
            for (long hole : new long[] {4 * MIB, GuestRam.HOLE, GuestRam.HOLE_END + 6 * MIB}) {
                assertThrows(RigException.class, () -> lab.guest.readRam(hole, 1));
            }
        }
    }

    /** A segment that ends inside a transparent huge page is mapped to that page's end: none of ours does. */
    @Test
    void transparentHugePages() throws Exception {
        String anonymous = set(THP.resolve("enabled"), "always");
        String shared = set(THP.resolve("shmem_enabled"), "always");
        try {
            try (AcrnLab lab = lab(6 * MIB, GuestRam.HOLE)) {
                List<Mapping> map = exact(lab, 6 * MIB, 0);
                assertTrue(map.size() <= 3, () -> "no huge pages: " + map.size());
            }
            try (AcrnLab lab = lab(134 * MIB, 66 * MIB)) { // the segments' ends too
                exact(lab, 66 * MIB, 68 * MIB);
            }
        } finally {
            set(THP.resolve("enabled"), anonymous);
            set(THP.resolve("shmem_enabled"), shared);
        }
    }

    /** Sets a choice such as {@code always [madvise] never}; returns the former. */
    private static String set(Path file, String choice) throws IOException {
        String former = Files.readString(file).replaceAll("(?s).*\\[(.*)\\].*", "$1");
        Files.writeString(file, choice);
        return former;
    }

    @Test
    void hugePages() throws Exception {
        Leftovers leftovers = new Leftovers();
        try {
            Files.writeString(POOL, "16");
            assertEquals("16", Files.readString(POOL).strip());
            try (AcrnLab lab = lab(12 * MIB, 4 * MIB, "hugepages=2M").start()) {
                List<Mapping> map = exact(lab, 4 * MIB, 8 * MIB);
                assertTrue(map.size() <= 6, () -> "regions: " + map.size());
                String message =
                        assertThrows(
                                        IOException.class,
                                        () -> lab(24 * MIB, GuestRam.HOLE, "hugepages=2M"))
                                .getMessage();
                assertTrue(
                        message.contains(
                                "12 2 MiB pages are wanted, the host has 10 free of 16; as root: echo 18 >"
                                        + " /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages (the same"
                                        + " as /proc/sys/vm/nr_hugepages)"),
                        message);
            }
            leftovers.check();
            try (AcrnLab all = lab(32 * MIB, GuestRam.HOLE, "hugepages=2M")) { // they came back
                exact(all, 32 * MIB, 0);
            }
        } finally {
            Files.writeString(POOL, "0");
        }
    }

    /** No page of 1 GiB in this kernel. */
    @Test
    void noSuchHugePages() {
        String message =
                assertThrows(
                                IOException.class,
                                () -> lab(1024 * MIB, GuestRam.HOLE, "hugepages=1G"))
                        .getMessage();
        assertTrue(message.contains("this kernel has no pool of 1024 MiB pages"), message);
        message =
                assertThrows(IOException.class, () -> lab(6 * MIB, GuestRam.HOLE, "hugepages=1G"))
                        .getMessage();
        assertEquals("memory=6 MiB is no multiple of hugepages=1024 MiB", message);
    }
}
