package io.trapline.kvm;

import static java.util.Map.entry;

import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.Readiness.Finding;
import io.trapline.hypervisor.VmShape;
import io.trapline.linux.DeviceNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether this host's KVM can do what we ask of it. */
final class Probe {
    private static final String UPDATE = "run a newer kernel, 5.0 or later, with KVM for x86";

    // spotless:off
    /** What a machine cannot be made or run without. */
    private static final List<Map.Entry<String, Integer>> NEEDED = List.of(
        entry("KVM_CAP_IRQCHIP",               Kvm.KVM_CAP_IRQCHIP),
        entry("KVM_CAP_PIT2",                  Kvm.KVM_CAP_PIT2),
        entry("KVM_CAP_PIT_STATE2",            Kvm.KVM_CAP_PIT_STATE2),
        entry("KVM_CAP_USER_MEMORY",           Kvm.KVM_CAP_USER_MEMORY),
        entry("KVM_CAP_SET_TSS_ADDR",          Kvm.KVM_CAP_SET_TSS_ADDR),
        entry("KVM_CAP_SET_IDENTITY_MAP_ADDR", Kvm.KVM_CAP_SET_IDENTITY_MAP_ADDR),
        entry("KVM_CAP_EXT_CPUID",             Kvm.KVM_CAP_EXT_CPUID),
        entry("KVM_CAP_MP_STATE",              Kvm.KVM_CAP_MP_STATE),
        entry("KVM_CAP_VCPU_EVENTS",           Kvm.KVM_CAP_VCPU_EVENTS),
        entry("KVM_CAP_DEBUGREGS",             Kvm.KVM_CAP_DEBUGREGS),
        entry("KVM_CAP_XSAVE",                 Kvm.KVM_CAP_XSAVE),
        entry("KVM_CAP_XCRS",                  Kvm.KVM_CAP_XCRS),
        entry("KVM_CAP_IMMEDIATE_EXIT",        Kvm.KVM_CAP_IMMEDIATE_EXIT),
        entry("KVM_CAP_SIGNAL_MSI",            Kvm.KVM_CAP_SIGNAL_MSI),
        entry("KVM_CAP_IOEVENTFD",             Kvm.KVM_CAP_IOEVENTFD),
        entry("KVM_CAP_IRQFD",                 Kvm.KVM_CAP_IRQFD),
        entry("KVM_CAP_COALESCED_MMIO",        Kvm.KVM_CAP_COALESCED_MMIO),
        entry("KVM_CAP_COALESCED_PIO",         Kvm.KVM_CAP_COALESCED_PIO));
    // spotless:on

    private final String path;
    private final List<Finding> findings = new ArrayList<>();

    Probe(String path) {
        this.path = path;
    }

    /** Looks, and leaves nothing behind. */
    Readiness readiness() {
        try {
            look();
        } catch (LinkageError e) {
            find(
                    "JNA",
                    false,
                    e.toString(),
                    "it needs x86-64 Linux and a directory it may load its library from:"
                            + " -Djna.tmpdir=DIR, one not mounted noexec");
        }
        List<String> wrong =
                findings.stream().filter(found -> !found.ok()).map(Finding::name).toList();
        return new Readiness(
                wrong.isEmpty(),
                wrong.isEmpty() ? path + " is ready" : "not usable: " + String.join(", ", wrong),
                findings);
    }

    /** Refuses a host that lacks something; the checks of {@link #readiness}, without the report. */
    static void require(KvmDevice kvm, VmShape shape) throws IOException {
        if (kvm.version() != Kvm.KVM_API_VERSION) {
            throw new IOException("KVM API version " + kvm.version() + ", wanted 12");
        }
        for (Map.Entry<String, Integer> row : NEEDED) {
            if (kvm.extension(row.getValue()) == 0) {
                throw new IOException("this KVM has no " + row.getKey() + "; " + UPDATE);
            }
        }
        int most = kvm.extension(Kvm.KVM_CAP_MAX_VCPUS);
        if (shape.vcpus() > most) {
            throw new IOException("vcpus=" + shape.vcpus() + ", this KVM has at most " + most);
        }
    }

    private void look() {
        String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!platform.equals("Linux amd64")) {
            find("platform", false, platform, "the backend kvm runs on x86-64 Linux only");
            return;
        }
        try (KvmDevice kvm = KvmDevice.open(path)) {
            find(path, true, "opened for reading and writing", "");
            int version = kvm.version();
            boolean right = version == Kvm.KVM_API_VERSION;
            find("KVM_GET_API_VERSION", right, "version " + version, right ? "" : UPDATE);
            for (Map.Entry<String, Integer> row : NEEDED) {
                int value = kvm.extension(row.getValue());
                find(
                        row.getKey(),
                        value != 0,
                        value != 0 ? "there" : "missing",
                        value != 0 ? "" : UPDATE);
            }
            int most = kvm.extension(Kvm.KVM_CAP_MAX_VCPUS);
            find("KVM_CAP_MAX_VCPUS", most > 0, "up to " + most + " vCPUs", "");
        } catch (DeviceNode.Refused e) {
            find(path, false, e.reason(), e.remedy());
        }
    }

    private void find(String name, boolean ok, String detail, String remedy) {
        findings.add(new Finding(name, ok, detail, remedy));
    }
}
