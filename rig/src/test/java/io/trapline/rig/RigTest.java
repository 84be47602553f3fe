package io.trapline.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the rig is looked for, and what an outcome complains about. */
class RigTest {
    @TempDir Path folder;
    private Path here;
    private String path;

    @BeforeEach
    void checkout() throws IOException {
        here = Files.createDirectories(folder.resolve("checkout/it.acrn"));
        executable("checkout/mvnw");
        path = executable("bin/qemu-system-x86_64").getParent().toString();
    }

    private Path executable(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");
        assertTrue(file.toFile().setExecutable(true));
        return file;
    }

    private Path rig(String name) throws IOException {
        executable(name + "/cache/out/vmlinux");
        return executable(name + "/run.sh").getParent();
    }

    private Path found(Map<String, String> environment) throws IOException {
        return Rig.find(environment, here).folder();
    }

    private String missing(Map<String, String> environment) {
        return assertThrows(FileNotFoundException.class, () -> found(environment)).getMessage();
    }

    @Test
    void isFoundBesideTheCheckout() throws IOException {
        assertTrue(missing(Map.of("PATH", path)).contains("set TRAPLINE_HSMRIG"));

        Path second = rig("lab/hsmrig");
        assertEquals(second, found(Map.of("PATH", path)));
        Path first = rig("hsmrig");
        assertEquals(first, found(Map.of("PATH", path)));
    }

    @Test
    void isWhereTheVariableSays() throws IOException {
        rig("hsmrig");
        Path named = rig("elsewhere");

        assertEquals(named, found(Map.of("PATH", path, Rig.VARIABLE, named.toString())));
        assertTrue(missing(Map.of("PATH", path, Rig.VARIABLE, path)).contains("has no run.sh"));
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        Path rig = rig("hsmrig");
        assertTrue(missing(Map.of("PATH", folder.toString())).contains("qemu"));

        Files.delete(rig.resolve("cache/out/vmlinux"));
        assertTrue(missing(Map.of("PATH", path)).contains("build.sh"));
        executable("built/out/vmlinux");
        String cache = folder.resolve("built").toString();
        assertEquals(rig, found(Map.of("PATH", path, "HSMRIG_CACHE", cache)));
    }

    @Test
    void complainsOfStatusViolationsAndKernel() throws IOException {
        assertEquals(List.of(), outcome(0, "violations=0\n", "[ 0.1] ACRN detected\n"));
        assertEquals(List.of("status 3"), outcome(3, "violations=0", ""));
        assertEquals(
                List.of("violation: violations=1", "violation: 17 vm1 vcpu0 twice"),
                outcome(0, "violations=1\n17 vm1 vcpu0 twice\n", ""));
        assertEquals(2, outcome(125, "", "").size());
        for (String line :
                List.of(
                        "BUG kmalloc-64 (Tainted: G): Poison overwritten",
                        "refcount_t: underflow; use-after-free.",
                        "INFO: task java:77 blocked for more than 60 seconds.",
                        "general protection fault, probably for non-canonical address",
                        "BUG: kernel NULL pointer dereference, address: 0000000000000008",
                        "WARNING: CPU: 0 PID: 1 at lib/refcount.c:28")) {
            assertEquals(List.of("kernel: " + line), outcome(0, "violations=0", line));
        }
    }

    private List<String> outcome(int status, String violations, String console) throws IOException {
        Files.writeString(folder.resolve("violations"), violations);
        Files.writeString(folder.resolve("console.log"), console);
        return Outcome.read(folder, status).complaints();
    }
}
