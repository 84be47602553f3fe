package io.trapline.virtio;

/** VIRTIO 1.2, chapter 6: the feature bits that are nobody's but the ring's and the transport's. */
public final class Features {
    // spotless:off
    /** A descriptor may point to a table of descriptors, §2.7.5.3 and §2.8.7. */
    public static final long RING_INDIRECT_DESC = 1L << 28;
    /** Both sides say at which entry they want to hear, §2.7.7, §2.7.10, §2.8.10. */
    public static final long RING_EVENT_IDX     = 1L << 29;
    /** It is no legacy device, §6.1; we are never one. */
    public static final long VERSION_1          = 1L << 32;
    /** One ring for both directions, §2.8. */
    public static final long RING_PACKED        = 1L << 34;
    /** Buffers are used in the order in which they were made available, §2.7.9. */
    public static final long IN_ORDER           = 1L << 35;
    /** A notification tells how far the driver is, §2.9. */
    public static final long NOTIFICATION_DATA  = 1L << 38;
    /** The device says what a notification names a queue by, §4.1.4.3; on the PCI bus alone. */
    static final long NOTIF_CONFIG_DATA         = 1L << 39;
    /** A queue can be reset alone, §2.6.1. */
    public static final long RING_RESET         = 1L << 40;

    /** What this library does for every device. */
    static final long OF_THE_RING =
            RING_INDIRECT_DESC | RING_EVENT_IDX | VERSION_1 | RING_PACKED | IN_ORDER
                    | NOTIFICATION_DATA | RING_RESET;

    /** Bits 24 to 49 are for the ring and for negotiation, §2.2: no device type's. */
    static final long RESERVED = (1L << 50) - (1L << 24);
    // spotless:on

    /**
     * One feature of the ring by its name.
     *
     * @param name as in chapter 6, in lower case, without what it begins with: packed, in_order
     * @throws IllegalArgumentException naming those that there are
     */
    public static long named(String name) {
        return switch (name) {
            case "indirect_desc" -> RING_INDIRECT_DESC;
            case "event_idx" -> RING_EVENT_IDX;
            case "packed" -> RING_PACKED;
            case "in_order" -> IN_ORDER;
            case "notification_data" -> NOTIFICATION_DATA;
            case "notif_config_data" -> NOTIF_CONFIG_DATA;
            case "ring_reset" -> RING_RESET;
            default ->
                    throw new IllegalArgumentException(
                            "no feature "
                                    + name
                                    + " of the ring, there is indirect_desc, event_idx, packed,"
                                    + " in_order, notification_data, notif_config_data, ring_reset");
        };
    }

    private Features() {}
}
