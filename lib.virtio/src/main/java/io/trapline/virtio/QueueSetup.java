package io.trapline.virtio;

import io.trapline.device.Inspector;

/** What a driver says of one queue before it enables it (VIRTIO 1.2, §4.1.4.3, §4.2.2). */
final class QueueSetup {
    final int index;
    final int most;
    int size;
    boolean enabled;
    long descriptors;
    long driverArea;
    long deviceArea;
    int vector = NO_VECTOR;

    /** §4.1.5.1.2: VIRTIO_MSI_NO_VECTOR. */
    static final int NO_VECTOR = 0xFFFF;

    QueueSetup(int index, int most) {
        this.index = index;
        this.most = most;
        size = most;
    }

    /** Power-on. */
    void reset() {
        size = most;
        enabled = false;
        descriptors = 0;
        driverArea = 0;
        deviceArea = 0;
        vector = NO_VECTOR;
    }

    /** As another was set up. */
    void copy(QueueSetup other) {
        size = other.size;
        enabled = other.enabled;
        descriptors = other.descriptors;
        driverArea = other.driverArea;
        deviceArea = other.deviceArea;
        vector = other.vector;
    }

    /** With its queue; null: there is none. */
    void inspect(Inspector out, Virtqueue queue) {
        out.number("size", size);
        out.flag("enabled", enabled);
        out.register("descriptors", descriptors, 8);
        out.register("driver area", driverArea, 8);
        out.register("device area", deviceArea, 8);
        if (queue != null) {
            out.number("in flight", queue.inFlight());
        }
    }
}
