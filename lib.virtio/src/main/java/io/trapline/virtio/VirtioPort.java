package io.trapline.virtio;

import io.trapline.device.Board;
import org.osgi.annotation.versioning.ProviderType;

/** What a virtio device has of its machine and its driver. */
@ProviderType
public interface VirtioPort {
    /** The machine. Ranges, lines and messages are the transport's affair. */
    Board board();

    /**
     * A queue that the driver has enabled.
     *
     * @param index 0 to the number of queues - 1
     * @return null if it is not enabled, or was reset
     */
    Virtqueue queue(int index);

    /**
     * The device has changed its configuration space: the driver reads a new generation, and is told once it is ready.
     * From {@link VirtioDevice#restore} on.
     */
    void configurationChanged();

    /**
     * The device has let go of a queue for which {@link VirtioDevice#drain} had said that it would: none of its buffers
     * is read or written any more. It is stopped soon after, and the driver goes on.
     *
     * @param queue which; one that nobody waits for is ignored
     */
    void drained(Virtqueue queue);

    /**
     * The device cannot go on: the driver is told that it needs a reset (§2.1.2).
     *
     * @param why one line for an administrator
     */
    void broken(String why);
}
