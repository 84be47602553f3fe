package io.trapline.machine;

/**
 * A machine.
 *
 * @param name as configured
 * @param state how it is
 * @param backend {@code acrn}, {@code kvm}, {@code sim} or {@code qtest}; empty if none was found
 * @param memory bytes of RAM
 * @param vcpus number of vCPUs
 * @param requests how many requests it has sent
 * @param detail one line: why this backend; for STOPPED and FAILED, the reason, with registers if a guest died
 */
public record MachineRow(
        String name,
        State state,
        String backend,
        long memory,
        int vcpus,
        long requests,
        String detail) {
    /** How a machine is. */
    public enum State {
        /** Made, not started. */
        CREATED,
        /** The vCPUs run. */
        RUNNING,
        /** Stopped by {@link Machine#pause}. */
        PAUSED,
        /** Over: stopped, or the guest ended or died. */
        STOPPED,
        /** Could not be made. */
        FAILED
    }
}
