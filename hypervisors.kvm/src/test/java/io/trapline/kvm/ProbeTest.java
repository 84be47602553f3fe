package io.trapline.kvm;

import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Function;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an administrator reads when KVM can or cannot be used. */
class ProbeTest {
    private static final int NOBODY = 65534;
    private static final VmShape SHAPE = new VmShape("probed", 4 << 20, 1, Map.of());
    private static final VmEvents NOBODY_LISTENS =
            new VmEvents() {
                @Override
                public void request(int vcpu) {}

                @Override
                public void stopped(VmStop stop) {}
            };

    @TempDir Path directory;

    @Test
    void ready() {
        Lab.needKvm();
        Readiness readiness = new KvmHypervisor().probe();
        assertTrue(readiness.ready());
        assertEquals("/dev/kvm is ready", readiness.summary());
        assertTrue(readiness.findings().size() > 18);
        readiness.findings().forEach(found -> assertTrue(found.ok(), found.toString()));
    }

    @Test
    void absent() {
        String path = directory.resolve("kvm").toString();
        Readiness readiness = new KvmHypervisor(path).probe();
        assertFalse(readiness.ready());
        assertEquals("not usable: " + path, readiness.summary());
        assertEquals("No such file or directory (errno 2)", readiness.findings().get(0).detail());
        assertTrue(readiness.findings().get(0).remedy().contains("modprobe kvm_intel"));
        IOException refused =
                assertThrows(
                        IOException.class,
                        () -> new KvmHypervisor(path).create(SHAPE, NOBODY_LISTENS));
        assertTrue(refused.getMessage().startsWith("machine probed: open " + path));
    }

    /** The file system's user of this thread alone becomes nobody: setfsuid(2). */
    @Test
    void withoutRights() throws IOException {
        Lab.needKvm();
        assumeFalse(
                Files.getPosixFilePermissions(Path.of("/dev/kvm")).contains(OTHERS_WRITE),
                "/dev/kvm is open to everybody");
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to become nobody");
        Function setfsuid = Function.getFunction("c", "setfsuid");
        setfsuid.invokeInt(new Object[] {NOBODY});
        try {
            Readiness.Finding finding = new KvmHypervisor().probe().findings().get(0);
            assertFalse(finding.ok());
            assertEquals("Permission denied (errno 13)", finding.detail());
            assertTrue(finding.remedy().contains("usermod -aG"), finding.remedy());
            IOException refused =
                    assertThrows(
                            IOException.class,
                            () -> new KvmHypervisor().create(SHAPE, NOBODY_LISTENS));
            assertTrue(refused.getMessage().contains("open /dev/kvm: Permission denied"));
            assertTrue(refused.getMessage().contains("usermod -aG"), refused.getMessage());
        } finally {
            setfsuid.invokeInt(new Object[] {0});
        }
    }

    @Test
    void notKvmAtAll() {
        Readiness readiness = new KvmHypervisor("/dev/null").probe();
        assertFalse(readiness.ready());
        assertThrows(
                IOException.class,
                () -> new KvmHypervisor("/dev/null").create(SHAPE, NOBODY_LISTENS));
    }

    @Test
    void unknownOptions() {
        VmShape shape = new VmShape("odd", 4 << 20, 1, Map.of("guest", "x"));
        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new KvmHypervisor().create(shape, NOBODY_LISTENS));
        assertTrue(refused.getMessage().contains("[guest]"));
    }
}
