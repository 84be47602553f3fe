package io.trapline.acrn;

import io.trapline.linux.CHeaders;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every number in {@link Hsm} is what the installed C header says. */
class HsmHeaderTest {
    @TempDir Path directory;

    @Test
    void agreesWithTheHeader() throws Exception {
        new CHeaders(directory, "linux/acrn.h", "sys/ioctl.h").agree(130, Hsm.class);
    }
}
