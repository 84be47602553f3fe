package io.trapline.device;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * One configured device of one machine, published as an OSGi service by a device bundle.
 *
 * <p>Service properties (all optional; a Declarative Services component has its configuration there):
 *
 * <ul>
 *   <li>{@value #NAME}: the device's name in its machine, e.g. {@code com1}; without it, what follows the
 *       {@code ~} of {@code service.pid}, else the component's name;
 *   <li>{@value #MACHINE}: the machine's name; without it {@value #DEFAULT_MACHINE};
 *   <li>{@value #CLIENT}: the ioreq client that answers for it; without it, one of its own, named as the
 *       device.
 * </ul>
 *
 * <p>Life: {@link #install}, then {@link #reset} (a new device) or {@link #restore} (the successor of a
 * running one), then accesses to its claims; {@link #save} before a successor takes over. All but the first
 * call of {@link #install} happen under the baton of the device's client.
 */
@ConsumerType
public interface Device {
    /** Service property: the device's name. */
    String NAME = "name";

    /** Service property: the name of the machine that it belongs to. */
    String MACHINE = "machine";

    /** Service property: the name of its ioreq client. */
    String CLIENT = "client";

    /** The machine of a device that names none. */
    String DEFAULT_MACHINE = "main";

    /**
     * Takes what the device needs of its machine: claims, interrupt lines, timers.
     *
     * @param board the machine as this device sees it; valid until the device is taken out
     * @throws IllegalArgumentException if a claim is taken or makes no sense; the machine then takes back
     *     everything that this call had taken, so nothing half-installed remains
     */
    void install(Board board);

    /** Sets every register to its power-on value and lowers the interrupt lines. */
    void reset();

    /**
     * Everything a successor needs to go on as if nothing had happened: registers, FIFOs, deadlines of timers.
     *
     * @return the state; {@link DeviceState#NONE} for a device that has none
     */
    default DeviceState save() {
        return DeviceState.NONE;
    }

    /**
     * Goes on where {@link #save} left off, after {@link #install} and in place of {@link #reset}. Interrupt
     * lines are derived from the registers again and timers armed again.
     *
     * @param state what the predecessor saved
     * @throws IllegalArgumentException if its schema or version is unknown here; the swap is then undone
     */
    default void restore(DeviceState state) {
        if (!state.schema().equals(DeviceState.NONE.schema())) {
            throw new IllegalArgumentException(
                    "state not understood: schema="
                            + state.schema()
                            + " version="
                            + state.version()
                            + ", this device keeps no state");
        }
    }

    /**
     * Shows registers and state as names and values, with none of the side effects of a guest's access.
     *
     * @param out where to write them, in the datasheet's order
     */
    default void inspect(Inspector out) {}
}
