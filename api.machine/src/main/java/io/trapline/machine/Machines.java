package io.trapline.machine;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * All machines of this process; an OSGi service of the core. A machine is made by a configuration with the
 * factory PID {@value #PID} and ends with it.
 */
@ProviderType
public interface Machines {
    /** Factory PID of a machine's configuration. */
    String PID = "machine";

    /** The machine of a device whose configuration names none, or an empty one. */
    String DEFAULT = "main";

    /** One row a machine, by name. A machine that could not be made is there too, FAILED, with the reason. */
    List<MachineRow> list();

    /**
     * The machine of that name.
     *
     * @param name as configured
     * @throws IllegalArgumentException if there is none that lives, naming those that do
     */
    Machine machine(String name);

    /** One row a backend that is installed: whether it can work here and what to do if not. */
    List<BackendRow> backends();
}
