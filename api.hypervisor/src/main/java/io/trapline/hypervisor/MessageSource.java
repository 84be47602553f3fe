package io.trapline.hypervisor;

import java.util.OptionalInt;
import org.osgi.annotation.versioning.ConsumerType;

/** A message-signalled interrupt, ready to be sent. Closing it takes it back. From any thread. */
@ConsumerType
public interface MessageSource extends Registration {
    /** Sends it; does nothing once this or its machine is closed. Whether the backend took it is not told. */
    void raise();

    /**
     * An eventfd of this process that sends it when it is written to: for the kernel (vhost) or another process.
     * Belongs to this object, until it is closed.
     *
     * @return empty: this backend has none
     */
    default OptionalInt eventfd() {
        return OptionalInt.empty();
    }
}
