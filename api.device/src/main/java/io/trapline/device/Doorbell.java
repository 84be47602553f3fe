package io.trapline.device;

import org.osgi.annotation.versioning.ProviderType;

/** A place in a claim where a write rings ({@link Board#doorbell}). */
@ProviderType
public interface Doorbell {
    /** Whether ringing costs the guest no exit to user space on this backend. */
    boolean exitless();

    /** Takes the bell away: writes to its place reach {@link Region#write} again. */
    void release();
}
