package io.trapline.hypervisor;

import org.osgi.annotation.versioning.ProviderType;

/** What a backend tells the core. */
@ProviderType
public interface VmEvents {
    /**
     * A slot has become PROCESSING and is ours (not kernel-handled). Called once per request by the thread that
     * found it: the vCPU's own, or the one that waits on the HSM. The answer comes through {@link
     * VirtualMachine#complete}, mostly before this returns, else later from another thread. Never throws.
     *
     * @param vcpu the slot's index
     */
    void request(int vcpu);

    /**
     * The machine has stopped by itself. Called once, by any thread; closing it is left to the core, which does
     * that from another thread.
     *
     * @param stop how and why
     */
    void stopped(VmStop stop);
}
