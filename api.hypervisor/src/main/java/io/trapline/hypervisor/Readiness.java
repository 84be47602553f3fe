package io.trapline.hypervisor;

import java.util.List;

/**
 * What a backend found when it looked whether it can work.
 *
 * @param ready whether {@link Hypervisor#create} can be expected to succeed
 * @param summary one line: why, or why not
 * @param findings each thing looked at, in order
 */
public record Readiness(boolean ready, String summary, List<Finding> findings) {
    /** Copies the list. */
    public Readiness {
        findings = List.copyOf(findings);
    }

    /**
     * One thing looked at.
     *
     * @param name e.g. {@code /dev/kvm} or {@code KVM_CAP_IOEVENTFD}
     * @param ok whether it is as wanted
     * @param detail what was found
     * @param remedy what to do where it is not ok; empty if nothing can be done or need be
     */
    public record Finding(String name, boolean ok, String detail, String remedy) {}
}
