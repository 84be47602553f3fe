package io.trapline.linux;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every number in {@link Libc} is what the installed C headers say. */
class LibcHeaderTest {
    @TempDir Path directory;

    @Test
    void agreesWithTheHeaders() throws Exception {
        new CHeaders(
                        directory,
                        "errno.h",
                        "fcntl.h",
                        "linux/falloc.h",
                        "linux/fs.h",
                        "linux/memfd.h",
                        "linux/membarrier.h",
                        "signal.h",
                        "sys/epoll.h",
                        "sys/eventfd.h",
                        "sys/mman.h",
                        "sys/stat.h",
                        "linux/stat.h",
                        "sys/syscall.h",
                        "sys/uio.h",
                        "unistd.h",
                        "limits.h")
                .agree(90, Libc.class);
    }
}
