package io.trapline.virtio;

import io.trapline.device.Inspector;

/** How a driver reaches the device: VIRTIO 1.2, chapter 4. */
interface Transport extends Signals {
    /** Claims what it needs, for a device that is there now. */
    void install(Negotiation negotiation);

    /** Power-on, after the reset that a driver may order. */
    default void powerOn() {}

    /** Its own registers, as plain numbers. */
    int[] save();

    /** Goes on with them; false if they are not its own. */
    boolean restore(int[] saved);

    void inspect(Inspector out);
}
