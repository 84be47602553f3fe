package io.trapline.fuzz;

import io.trapline.device.Device;
import io.trapline.tck.TestBoard;
import java.util.Map;

/** A machine with one device, and what is outside of it. */
public interface World {
    /** The machine. */
    TestBoard board();

    /** The device, installed there. */
    Device device();

    /**
     * Another machine whose time is as late, with the same things outside, and a device of the same configuration
     * that is installed, and neither reset nor restored.
     */
    World another();

    /**
     * Something happens outside.
     *
     * @param what 0 to 255; the same does the same
     * @param detail 0 to 255
     */
    void happen(int what, int detail);

    /** What that is, for who reads of a failure. */
    String name(int what, int detail);

    /** What the outside has seen of the device; equal or not. */
    Object seen();

    /** The guest does what brings the device to rest: only then two devices must save the same. */
    default void settle() {}

    /** How many tasks may wait because of what happened outside. */
    int told();

    /**
     * What must hold of all that the device shows.
     *
     * @param shown as by {@link io.trapline.tck.Shown}
     * @throws AssertionError naming what does not
     */
    void check(Map<String, Object> shown);
}
