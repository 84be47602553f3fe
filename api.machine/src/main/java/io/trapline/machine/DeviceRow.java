package io.trapline.machine;

/**
 * A device.
 *
 * @param name its name in the machine
 * @param state where it is in its life
 * @param client its ioreq client
 * @param bundle symbolic name of the bundle that it comes from
 * @param version that bundle's version
 * @param claims what it has claimed, e.g. {@code port 0x3f8+8}
 * @param requests accesses that it has answered
 * @param faults how often it threw
 * @param swaps how often a successor took over, state and all
 * @param detail one line: why it is not SERVING, or what it waits for; mostly empty if it is
 */
public record DeviceRow(
        String name,
        State state,
        String client,
        String bundle,
        String version,
        String claims,
        long requests,
        long faults,
        long swaps,
        String detail) {
    /** A device's life. */
    public enum State {
        /** Its service is there, its claims are taken, the first reset or restore is not done. */
        INSTALLED,
        /** Answers. */
        SERVING,
        /** Between two versions: requests wait. */
        HOLDING,
        /** Refused: install failed, or a claim was taken. */
        REFUSED,
        /** Gone; what it claimed falls to the default client. */
        DETACHED,
        /** Taken out after faults. */
        QUARANTINED
    }
}
