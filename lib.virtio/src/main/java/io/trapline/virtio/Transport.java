package io.trapline.virtio;

import io.trapline.device.Inspector;

/** How a driver reaches the device: VIRTIO 1.2, chapter 4. */
interface Transport extends Negotiation.Signals {
    /** Claims what it needs, for a device that is there now. */
    void install(Negotiation negotiation);

    /** The driver has reset the device. */
    void reset();

    /** Power-on. */
    default void powerOn() {
        reset();
    }

    /** Its own registers, as plain numbers. */
    int[] save();

    /** Goes on with them; false if they are not its own. */
    boolean restore(int[] saved);

    void inspect(Inspector out);
}
