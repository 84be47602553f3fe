package io.trapline.virtio;

/** VIRTIO 1.2, §2.1: bits of the device status field. */
final class Status {
    // spotless:off
    static final int ACKNOWLEDGE        = 1 << 0;
    static final int DRIVER             = 1 << 1;
    static final int DRIVER_OK          = 1 << 2;
    static final int FEATURES_OK        = 1 << 3;
    static final int DEVICE_NEEDS_RESET = 1 << 6;
    static final int FAILED             = 1 << 7;

    /** What a driver may set. */
    static final int OF_THE_DRIVER = ACKNOWLEDGE | DRIVER | DRIVER_OK | FEATURES_OK | FAILED;
    // spotless:on

    private Status() {}
}
