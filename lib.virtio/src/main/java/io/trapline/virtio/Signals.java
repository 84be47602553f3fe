package io.trapline.virtio;

/** How a transport tells the driver. */
interface Signals {
    /** Buffers of a queue were used. */
    void used(QueueSetup queue);

    /** The configuration or the status has changed. */
    void configuration();

    /** Features are negotiated: the driver is about to notify. */
    default void started(long features) {}

    /** The driver has reset the device. */
    void reset();

    /** What it offers besides the ring's features. */
    default long features() {
        return 0;
    }

    /** Whether the driver lets the device reach memory. */
    default boolean reachesMemory() {
        return true;
    }
}
