package io.trapline.device;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A device's hold on a range of ports or guest-physical addresses. A PCI base address register is a claim
 * that moves: unmapped at first, mapped where the guest says. Methods are called under the baton of the
 * device's client or inside {@link Device#install}.
 */
@ProviderType
public interface Claim {
    /** First port or address; meaningless while unmapped. */
    long first();

    /** Number of ports, or bytes. */
    long length();

    /** Whether accesses reach the region. */
    boolean mapped();

    /**
     * Maps the claim at another place. Meant for what a guest decides, so a refusal is an answer.
     *
     * @param first the new first port or address
     * @return false if the place is taken or out of range: the claim is then unmapped, and shown so in the shell
     */
    boolean move(long first);

    /** Lets accesses pass to whoever is below, the default client at last; nothing if unmapped already. */
    void unmap();

    /** Gives the claim up for good. Devices need not: what they hold is taken back when they go. */
    void release();
}
