package io.trapline.kvm;

import io.trapline.linux.CHeaders;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every number in {@link Kvm} is what the installed C header says. */
class KvmHeaderTest {
    @TempDir Path directory;

    @Test
    void agreesWithTheHeader() throws Exception {
        new CHeaders(directory, "linux/kvm.h").agree(180, Kvm.class);
    }
}
