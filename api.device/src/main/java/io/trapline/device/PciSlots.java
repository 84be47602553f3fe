package io.trapline.device;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The 32 places of PCI bus 0, for the device that tells a guest what comes and goes there. Called under the baton of
 * that device's client.
 */
@ProviderType
public interface PciSlots {
    /** The places where there is something, a bit for each device number. */
    int occupied();

    /**
     * The places to which a device has come since this was asked last, a bit for each device number; also where
     * another had gone only just before. A successor in place of a device has not come. What the predecessor of the
     * device that asks was not told, its successor is.
     */
    int takeArrived();

    /** The places whose device an administrator wants out, a bit for each device number. */
    int leaving();

    /**
     * The guest has let go of a place: what is there is taken out, soon.
     *
     * @param device 1 to 31; at 0 is the host bridge, which stays
     */
    void eject(int device);

    /**
     * Names who is told of changes, of either set of places. Until somebody is, a device that is wanted out goes
     * without the guest being asked. While the device that tells waits for its successor, the guest is asked by that.
     *
     * @param changed run under the baton, soon after a change
     */
    void listen(Runnable changed);
}
