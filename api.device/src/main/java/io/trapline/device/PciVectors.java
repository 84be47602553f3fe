package io.trapline.device;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The messages of one PCI function, MSI or MSI-X (PCI Local Bus 3.0, section 6.8). Called under the baton of the
 * device's client.
 */
@ProviderType
public interface PciVectors {
    /** How many there are. */
    int count();

    /** Whether the guest has enabled them; if not, interrupts go by {@link PciEndpoint#pin}. */
    boolean enabled();

    /**
     * Sends a message. A masked one is kept pending, once, until it is unmasked; nothing while not enabled.
     *
     * @param vector 0 to {@link #count} - 1; nothing for another, which a guest may have named
     */
    void signal(int vector);

    /**
     * Forgets a message that is pending: what it was to tell is no longer so, e.g. because the guest has reset the
     * device (section 6.8.3.5).
     *
     * @param vector 0 to {@link #count} - 1; nothing for another
     */
    void withdraw(int vector);
}
