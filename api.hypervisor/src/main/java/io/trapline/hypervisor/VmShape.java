package io.trapline.hypervisor;

import java.util.Map;

/**
 * How a virtual machine is to be.
 *
 * @param name its name, for messages and thread names
 * @param memory bytes of RAM, a multiple of 2 MiB, at least 2 MiB
 * @param vcpus 1 to {@link IoRequestSlot#COUNT}
 * @param options a backend's own settings by name, e.g. {@code guest} for the simulator, and only those that
 *     {@link Hypervisor#options} names; a value that makes no sense is refused by the backend
 */
public record VmShape(String name, long memory, int vcpus, Map<String, String> options) {
    private static final long GRANULE = 2L << 20;

    /** Refuses what no backend can do. */
    public VmShape {
        if (memory < GRANULE || memory % GRANULE != 0) {
            throw new IllegalArgumentException(
                    "machine "
                            + name
                            + ": memory="
                            + memory
                            + " bytes, wanted a multiple of 2 MiB");
        }
        if (vcpus < 1 || vcpus > IoRequestSlot.COUNT) {
            throw new IllegalArgumentException(
                    "machine "
                            + name
                            + ": vcpus="
                            + vcpus
                            + ", wanted 1 to "
                            + IoRequestSlot.COUNT);
        }
        options = Map.copyOf(options);
    }
}
