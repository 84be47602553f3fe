package io.trapline.ioreq;

import io.trapline.hypervisor.CpuMode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How a machine was configured.
 *
 * @param name its name
 * @param backend {@code acrn}, {@code kvm}, {@code sim}, {@code qtest}, or {@code auto}
 * @param memory bytes of RAM
 * @param vcpus number of vCPUs
 * @param image what it boots; null: nothing (a scripted guest)
 * @param address where a flat image goes
 * @param mode how it starts; null: as its image is made
 * @param options the backend's own settings
 * @param holdNanos how long requests wait for a device's successor
 * @param slowNanos how long a device may take before it is reported; 0: it never is
 * @param hungNanos how long before it is given up; 0: it never is
 * @param assignBars whether PCI base address registers hold addresses at power-on
 */
record MachineSpec(
        String name,
        String backend,
        long memory,
        int vcpus,
        Path image,
        long address,
        CpuMode mode,
        Map<String, String> options,
        long holdNanos,
        long slowNanos,
        long hungNanos,
        boolean assignBars) {
    /** The same for one backend: settings that only others know are dropped. */
    MachineSpec forBackend(String chosen, Set<String> itsOptions) {
        Map<String, String> known = new HashMap<>(options);
        known.keySet().retainAll(itsOptions);
        boolean sim = chosen.equals("sim");
        return new MachineSpec(
                name,
                chosen,
                memory,
                vcpus,
                sim ? null : image,
                address,
                mode,
                known,
                holdNanos,
                slowNanos,
                hungNanos,
                assignBars);
    }
}
