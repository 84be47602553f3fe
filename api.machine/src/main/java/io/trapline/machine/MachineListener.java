package io.trapline.machine;

import org.osgi.annotation.versioning.ConsumerType;

/** Hears what happens to machines: publish it as an OSGi service. */
@ConsumerType
public interface MachineListener {
    /**
     * Something happened. Called by one thread of the core, in order, never on the way of a request.
     *
     * @param event what
     */
    void happened(MachineEvent event);
}
