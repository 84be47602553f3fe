package io.trapline.hypervisor;

import java.io.IOException;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/** A backend, published as an OSGi service: it makes virtual machines. */
@ConsumerType
public interface Hypervisor {
    /** Its short name, as in a configuration: {@code acrn}, {@code kvm}, {@code sim} or {@code qtest}. */
    String name();

    /** The names of the machine's settings that only this backend knows: see {@link VmShape#options}. */
    default Set<String> options() {
        return Set.of();
    }

    /**
     * Looks whether it can work here: device files, rights, capabilities. Has no lasting effect. From any
     * thread.
     *
     * @return what was found, and what to do about what was not
     */
    Readiness probe();

    /**
     * Creates a virtual machine: memory mapped, request page with all slots FREE, vCPUs made but not running.
     * From any thread.
     *
     * @param shape how it is to be
     * @param events who answers its requests; not called before {@link VirtualMachine#start}
     * @return the machine, to be closed
     * @throws IOException if the host refuses, naming the call, its arguments and the likely cause
     */
    VirtualMachine create(VmShape shape, VmEvents events) throws IOException;
}
