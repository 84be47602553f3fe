package io.trapline.device;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The token of an access that is answered later ({@link Board#defer}). Only the first completion counts: a
 * second one, or one that comes after the machine gave the answer itself (reset, quarantine), does nothing.
 */
@ProviderType
public interface Deferred {
    /**
     * Answers the access and lets the vCPU go on. From any thread.
     *
     * @param value what a read gives, cut to the width; ignored for a write
     * @return whether this call answered it
     */
    boolean complete(long value);
}
