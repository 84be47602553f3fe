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
                        "linux/memfd.h",
                        "linux/membarrier.h",
                        "signal.h",
                        "sys/epoll.h",
                        "sys/eventfd.h",
                        "sys/mman.h",
                        "sys/syscall.h")
                .agree(50, Libc.class);
    }
}
