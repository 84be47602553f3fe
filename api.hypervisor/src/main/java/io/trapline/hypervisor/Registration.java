package io.trapline.hypervisor;

import org.osgi.annotation.versioning.ConsumerType;

/** Something registered with a backend; closing it takes it back. */
@ConsumerType
public interface Registration extends AutoCloseable {
    /** Takes it back; nothing the second time. */
    @Override
    void close();
}
