package io.trapline.ioreq.pci;

import io.trapline.device.PciBar;

/** Where base address registers are at power-on: who plays the firmware. */
@FunctionalInterface
public interface BarWindows {
    /** Nobody does: the guest enumerates. */
    BarWindows NONE = (function, index, kind, length) -> BaseAddress.NOWHERE;

    /**
     * A place; the same each time it is asked for the same register.
     *
     * @param function whose
     * @param index of the register
     * @param kind what it decodes
     * @param length bytes
     * @return the first port or address; 0: none
     */
    long place(Endpoint function, int index, PciBar kind, long length);
}
