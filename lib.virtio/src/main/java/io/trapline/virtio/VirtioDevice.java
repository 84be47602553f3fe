package io.trapline.virtio;

import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What the author of a virtio device writes: what is behind the queues. Negotiation, rings, transports and their
 * state are the library's ({@link VirtioPlug}). Called under the baton of the device's client.
 */
@ConsumerType
public interface VirtioDevice {
    /** VIRTIO 1.2, chapter 5: 2 is a block device, 4 an entropy device. */
    int type();

    /** Class Code of its PCI function, 24 bits, e.g. 0x01_00_00 for a disk controller. */
    default int pciClass() {
        return 0x00_FF_00; // a device that fits no class
    }

    /** The features of its type that it offers: bits 0 to 23, and 50 to 63. */
    default long features() {
        return 0;
    }

    /** How many queues it has, 1 to 64. */
    default int queues() {
        return 1;
    }

    /** The largest size of each queue: a power of two, at most {@link Virtqueue#LARGEST}. */
    default int queueSize() {
        return 256;
    }

    /** The most pieces that it takes in one buffer; a driver that sends more breaks the rules. */
    default int mostPieces() {
        return 1024;
    }

    /** Bytes of its configuration space. */
    default int configurationLength() {
        return 0;
    }

    /**
     * Reads its configuration space.
     *
     * @param offset 0 to {@link #configurationLength} - {@code width}
     * @param width 1, 2, 4 or 8 bytes
     * @return little-endian, zero-extended
     */
    default long readConfiguration(int offset, int width) {
        return 0;
    }

    /**
     * Writes its configuration space; what is not for writing is ignored.
     *
     * @param offset 0 to {@link #configurationLength} - {@code width}
     * @param width 1, 2, 4 or 8 bytes
     * @param value zero-extended
     */
    default void writeConfiguration(int offset, int width, long value) {}

    /**
     * Takes what it needs of the machine; nothing of it is the guest's yet.
     *
     * @param port what the device has of its machine and its driver
     */
    void install(VirtioPort port);

    /**
     * The features are agreed (FEATURES_OK), until the next {@link #reset}: from now on the driver may use its
     * configuration space as they say (§3.1.1, step 7). After a restore too, before {@link #start}.
     *
     * @param features what was negotiated
     */
    default void negotiated(long features) {}

    /**
     * The driver is ready (DRIVER_OK); what it has enabled of {@link VirtioPort#queue} is there. After a restore
     * too.
     *
     * @param features what was negotiated
     */
    default void start(long features) {}

    /**
     * The driver has made buffers available, or may have.
     *
     * @param queue where
     */
    void available(Virtqueue queue);

    /**
     * The driver has asked for the end of a queue, and waits: nothing more comes of it, and what is in flight will not
     * be heard of. A device that would have to wait for the host's I/O in {@link #stop} says so here, and does not keep
     * the others waiting. {@link #stop} follows in any case; at any time, if the device itself is to end meanwhile.
     *
     * @param queue which
     * @return false: not yet, {@link VirtioPort#drained} will tell when; true: {@link #stop} need not wait
     */
    default boolean drain(Virtqueue queue) {
        return true;
    }

    /**
     * A queue ends: the driver has reset it, or the device, or a successor is to take over, or the driver lets the
     * device reach no memory. Returns when none of its buffers is read or written any more; to wait for the host's I/O
     * is all right.
     *
     * @param queue which; not to be used after this, until {@link #available} names it again
     * @param giveBack whether the driver is to hear of what was in flight: the successor will not
     */
    default void stop(Virtqueue queue, boolean giveBack) {}

    /** Power-on: what a driver may have changed is as at first. All queues have been stopped. */
    default void reset() {}

    /** Everything of its own that a successor needs; the library saves the rest. */
    default DeviceState save() {
        return DeviceState.NONE;
    }

    /**
     * Goes on with what {@link #save} gave, before {@link #start}. What the driver would see in its configuration space
     * may be another now: then {@link VirtioPort#configurationChanged}.
     *
     * @param state what the predecessor saved
     * @throws IllegalArgumentException if it is not understood
     */
    default void restore(DeviceState state) {}

    /** Shows what is its own. */
    default void inspect(Inspector out) {}
}
