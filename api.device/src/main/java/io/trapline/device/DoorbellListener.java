package io.trapline.device;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Who hears a doorbell and can also see for himself whether there is something to do, as in a ring in the guest's
 * memory. While somebody watches, the guest can be told that it need not ring: that spares it the write, which costs
 * more than many a request.
 */
@ConsumerType
public interface DoorbellListener {
    /**
     * It rang, or there is something to do, or the watch is over. Under the baton of the device's client.
     *
     * @param watched whether {@link #due} is asked again and again from now on, until the next call says false
     */
    void rung(boolean watched);

    /**
     * Whether there is something to do. From another thread, at any time, even while the device is at work, so it is a
     * hint: it looks at little, changes nothing, and is false where {@link #rung} could not go on either. What it throws
     * counts as a fault of the device, and ends the watch.
     */
    boolean due();
}
