package io.trapline.acrn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The host's pool of huge pages of one size (Linux, Documentation/admin-guide/mm/hugetlbpage.rst). */
final class HugePages {
    private final long size;
    private final Path pool;

    /**
     * Reads nothing yet.
     *
     * @param size bytes of a page
     */
    HugePages(long size) {
        this(size, Path.of("/sys/kernel/mm/hugepages/hugepages-" + size / 1024 + "kB"));
    }

    HugePages(long size, Path pool) {
        this.size = size;
        this.pool = pool;
    }

    /** What an administrator does when so many bytes are not to be had. */
    String advice(long length) {
        long wanted = length / size;
        String pages = (size >> 20) + " MiB pages";
        try {
            long all = number("nr_hugepages");
            long free = number("free_hugepages") - number("resv_hugepages");
            long more = all + wanted - free;
            return "%d %s are wanted, the host has %d free of %d; as root: echo %d > %s/nr_hugepages%s"
                    .formatted(wanted, pages, free, all, more, pool, elsewhere(more));
        } catch (IOException | NumberFormatException e) {
            return "this kernel has no pool of "
                    + pages
                    + " ("
                    + pool
                    + "); set hugepages to off, or to 2M";
        }
    }

    private String elsewhere(long count) {
        return size == 2L << 20
                ? " (the same as /proc/sys/vm/nr_hugepages); if that gives fewer, memory is in pieces: boot"
                        + " the Service VM with hugepages="
                        + count
                : "; if that gives fewer, memory is in pieces: boot the Service VM with hugepagesz="
                        + (size >> 30)
                        + "G hugepages="
                        + count;
    }

    private long number(String file) throws IOException {
        return Long.parseLong(Files.readString(pool.resolve(file)).strip());
    }
}
