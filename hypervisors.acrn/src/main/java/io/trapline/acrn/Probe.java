package io.trapline.acrn;

import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.Readiness.Finding;
import io.trapline.linux.DeviceNode;
import io.trapline.linux.Libc;
import java.util.ArrayList;
import java.util.List;

/** Whether this host is a Service VM of ACRN whose driver can be used. */
final class Probe {
    /** Who should have access to the driver. */
    static final String GROUP = "acrn";

    private final String path;
    private final List<Finding> findings = new ArrayList<>();

    Probe(String path) {
        this.path = path;
    }

    /** What an administrator does when the driver does not open, and it is not for lack of rights. */
    static String remedy(String path, int errno) {
        return errno == Libc.ENOENT
                ? "boot ACRN with this Linux as its Service VM, then load the driver: modprobe acrn"
                : "see the kernel's log: dmesg | grep -i acrn";
    }

    /** Looks, and leaves nothing behind. */
    Readiness readiness() {
        try {
            Libc.close(DeviceNode.open(path, GROUP, errno -> remedy(path, errno)));
            findings.add(new Finding(path, true, "opened for reading and writing", ""));
        } catch (DeviceNode.Refused e) {
            findings.add(new Finding(path, false, e.reason(), e.remedy()));
        }
        boolean ready = findings.stream().allMatch(Finding::ok);
        return new Readiness(ready, ready ? path + " is ready" : "not usable: " + path, findings);
    }
}
