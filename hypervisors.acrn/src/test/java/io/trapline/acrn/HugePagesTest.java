package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an administrator is told: Linux, Documentation/admin-guide/mm/hugetlbpage.rst. */
class HugePagesTest {
    @TempDir Path pool;

    private String advice(long size, long length, int all, int free, int reserved)
            throws IOException {
        Files.writeString(pool.resolve("nr_hugepages"), all + "\n");
        Files.writeString(pool.resolve("free_hugepages"), free + "\n");
        Files.writeString(pool.resolve("resv_hugepages"), reserved + "\n");
        return new HugePages(size, pool).advice(length);
    }

    @Test
    void countsThoseThatNobodyHasReserved() throws IOException {
        assertEquals(
                ("8 2 MiB pages are wanted, the host has 3 free of 20; as root: echo 25 > %s/nr_hugepages (the same"
                                + " as /proc/sys/vm/nr_hugepages); if that gives fewer, memory is in pieces: boot the"
                                + " Service VM with hugepages=25")
                        .formatted(pool),
                advice(2 << 20, 16 << 20, 20, 5, 2));
    }

    @Test
    void knowsHowTheKernelIsToldOfLargerOnes() throws IOException {
        assertEquals(
                ("4 1024 MiB pages are wanted, the host has 0 free of 0; as root: echo 4 > %s/nr_hugepages; if that"
                                + " gives fewer, memory is in pieces: boot the Service VM with hugepagesz=1G"
                                + " hugepages=4")
                        .formatted(pool),
                advice(1 << 30, 4L << 30, 0, 0, 0));
    }

    @Test
    void saysThatThereIsNoPool() {
        Path nowhere = pool.resolve("nowhere");
        assertEquals(
                "this kernel has no pool of 1024 MiB pages ("
                        + nowhere
                        + "); set hugepages to off, or to 2M",
                new HugePages(1 << 30, nowhere).advice(1L << 30));
    }
}
