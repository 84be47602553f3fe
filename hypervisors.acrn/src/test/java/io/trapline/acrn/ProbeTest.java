package io.trapline.acrn;

import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Function;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.Readiness.Finding;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an administrator reads when ACRN's driver can or cannot be used. */
class ProbeTest {
    private static final int NOBODY = 65534;
    private static final String RELEASE = "6.12.0-amd64";
    private static final VmShape SHAPE = new VmShape("probed", 4 << 20, 1, Map.of());
    private static final VmEvents NOBODY_LISTENS =
            new VmEvents() {
                @Override
                public void request(int vcpu) {}

                @Override
                public void stopped(VmStop stop) {}
            };

    @TempDir Path root;

    private void file(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private void underAHypervisor() throws IOException {
        file("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu sse2 hypervisor lahf_lm\n\n");
    }

    private String path() {
        return root.resolve("dev/acrn_hsm").toString();
    }

    private Readiness probed() {
        return new Probe(path(), root, RELEASE).readiness();
    }

    private static Finding finding(Readiness readiness, String name) {
        return readiness.findings().stream()
                .filter(found -> found.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Finding driver() {
        return finding(probed(), path());
    }

    @Test
    void onBareMetal() throws Exception {
        file("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu sse2 lahf_lm\n\n");
        file("lib/modules/" + RELEASE + "/modules.dep", "kernel/drivers/virt/acrn/acrn.ko.xz:\n");

        Readiness readiness = probed();
        assertFalse(readiness.ready());
        assertEquals(
                "not on ACRN: "
                        + path()
                        + " is missing, no hypervisor under this Linux:"
                        + " the processor's flags have no \"hypervisor\"",
                readiness.summary());
        assertTrue(
                finding(readiness, "Service VM").remedy().startsWith("boot the ACRN hypervisor"));
        assertEquals("No such file or directory (errno 2)", driver().detail());
        assertTrue(
                driver().remedy()
                        .startsWith("boot ACRN with this Linux as its Service VM; then load"),
                driver().remedy());
    }

    @Test
    void underAnotherHypervisor() throws Exception {
        underAHypervisor();
        signature("KVMKVMKVM\0\0\0");

        assertEquals(
                "not on ACRN: " + path() + " is missing, under a hypervisor that is not ACRN",
                probed().summary());
    }

    @Test
    void onAcrnWithoutTheDriver() throws Exception {
        underAHypervisor();
        signature("ACRNACRNACRN");

        assertEquals("no driver: " + path() + " is missing", probed().summary());
        assertTrue(driver().remedy().startsWith("run a kernel with CONFIG_ACRN_GUEST=y"));
        file("lib/modules/" + RELEASE + "/modules.dep", "kernel/drivers/virt/acrn/acrn.ko:\n");
        assertTrue(driver().remedy().startsWith("load the driver: modprobe acrn; at every boot"));
        file("sys/module/acrn/refcnt", "0");
        assertTrue(driver().remedy().startsWith("the module is loaded and made no device"));
    }

    /** The kernel's CPUID device: 16 bytes at the leaf's number. */
    private void signature(String text) throws IOException {
        file("dev/cpu/0/cpuid", "");
        try (RandomAccessFile cpuid =
                new RandomAccessFile(root.resolve("dev/cpu/0/cpuid").toFile(), "rw")) {
            cpuid.seek(0x4000_0000L + 4);
            cpuid.write(text.getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Test
    void underWhoKnowsWhich() throws Exception {
        underAHypervisor();
        assertEquals(ServiceVm.UNPREPARED, ServiceVm.of(root));
        file("proc/interrupts", " HYP:       1234   Hypervisor callback interrupts\n");
        assertEquals(ServiceVm.PERHAPS, ServiceVm.of(root));
        assertTrue(probed().summary().startsWith("no driver: "));
        assertTrue(finding(probed(), "Service VM").remedy().contains("systemd-detect-virt"));
        file("sys/hypervisor/type", "xen\n");
        assertEquals(ServiceVm.OTHER, ServiceVm.of(root));
    }

    @Test
    void inAContainer() throws Exception {
        underAHypervisor();
        file("sys/class/misc/acrn_hsm/dev", "10:125\n");

        assertEquals("" + path() + ": No such file or directory (errno 2)", probed().summary());
        assertTrue(driver().remedy().contains("--device " + path()), driver().remedy());
        assertTrue(finding(probed(), "Service VM").ok());
    }

    /** The file system's user of this thread alone becomes nobody: setfsuid(2). */
    @Test
    void withoutRights() throws Exception {
        file("dev/acrn_hsm", "");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(Path.of(path()), Set.of(OWNER_READ));
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        Function setfsuid = Function.getFunction("c", "setfsuid");
        if (isRoot) {
            setfsuid.invokeInt(new Object[] {NOBODY});
        }
        try {
            assertEquals("" + path() + ": Permission denied (errno 13)", probed().summary());
            assertTrue(driver().remedy().contains("usermod -aG"), driver().remedy());
            String message = refusal(path());
            assertTrue(message.contains("open " + path() + ": Permission denied"), message);
            assertTrue(message.contains("usermod -aG"), message);
        } finally {
            if (isRoot) {
                setfsuid.invokeInt(new Object[] {0});
            }
        }
    }

    private String refusal(String path) {
        return assertThrows(
                        IOException.class,
                        () -> new AcrnHypervisor(path, root).create(SHAPE, NOBODY_LISTENS))
                .getMessage();
    }

    @Test
    void namesTheDriverWhenAMachineIsMade() {
        String message = refusal(path());

        assertTrue(
                message.startsWith(
                        "machine probed: open "
                                + path()
                                + ": No such file or directory (errno 2); "),
                message);
        assertTrue(message.contains("CONFIG_ACRN_HSM"), message);
    }

    @Test
    void notTheDriverAtAll() {
        Readiness readiness = new Probe("/dev/null", root, RELEASE).readiness();

        assertFalse(readiness.ready());
        assertEquals("/dev/null is not ACRN's driver", readiness.summary());
    }

    @Test
    void tellsOfHugepages() throws Exception {
        file("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "512\n");
        file("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "500\n");
        file("sys/kernel/mm/transparent_hugepage/shmem_enabled", "always [advise] never\n");

        Readiness readiness = probed();
        assertEquals("500 of 512 free", finding(readiness, "hugepages=2M").detail());
        assertEquals("", finding(readiness, "hugepages=2M").remedy());
        assertEquals(
                "this kernel or processor has none", finding(readiness, "hugepages=1G").detail());
        assertEquals(
                "of shared memory: advise", finding(readiness, "transparent hugepages").detail());
        file("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "0\n");
        assertTrue(finding(probed(), "hugepages=2M").ok());
        assertTrue(finding(probed(), "hugepages=2M").remedy().contains("hugepagesz=2M"));
    }
}
