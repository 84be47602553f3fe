package io.trapline.virtio;

import io.trapline.device.PciVectors;

/** VIRTIO 1.2, §4.1.4.3: struct virtio_pci_common_cfg. Fields are accessed as wide as they are; 64 bits in halves. */
final class CommonConfiguration {
    static final int LENGTH = 0x3C;

    /** How many numbers {@link #save} fills. */
    static final int STATE = 4;

    // spotless:off
    private static final int DEVICE_FEATURE_SELECT = 0x00, DEVICE_FEATURE = 0x04;
    private static final int DRIVER_FEATURE_SELECT = 0x08, DRIVER_FEATURE = 0x0C;
    private static final int CONFIG_MSIX_VECTOR = 0x10, NUM_QUEUES = 0x12, DEVICE_STATUS = 0x14, CONFIG_GENERATION = 0x15;
    private static final int QUEUE_SELECT = 0x16, QUEUE_SIZE = 0x18, QUEUE_MSIX_VECTOR = 0x1A, QUEUE_ENABLE = 0x1C;
    private static final int QUEUE_NOTIFY_OFF = 0x1E, QUEUE_DESC = 0x20, QUEUE_DRIVER = 0x28, QUEUE_DEVICE = 0x30;
    private static final int QUEUE_NOTIFY_DATA = 0x38, QUEUE_RESET = 0x3A;
    // spotless:on

    private final Negotiation negotiation;
    private final PciVectors vectors;
    private int offeredSelect;
    private int acceptedSelect;
    private int queueSelect;
    private int configurationVector = QueueSetup.NO_VECTOR;

    /** At power-on. */
    CommonConfiguration(Negotiation negotiation, PciVectors vectors) {
        this.negotiation = negotiation;
        this.vectors = vectors;
    }

    void reset() {
        offeredSelect = 0;
        acceptedSelect = 0;
        queueSelect = 0;
        configurationVector = QueueSetup.NO_VECTOR;
    }

    int configurationVector() {
        return configurationVector;
    }

    /** How wide the field at an offset is, 64-bit ones by their halves; 0: none begins there. */
    private static int width(int offset) {
        return switch (offset) {
            case DEVICE_STATUS, CONFIG_GENERATION -> 1;
            case CONFIG_MSIX_VECTOR,
                    NUM_QUEUES,
                    QUEUE_SELECT,
                    QUEUE_SIZE,
                    QUEUE_MSIX_VECTOR,
                    QUEUE_ENABLE,
                    QUEUE_NOTIFY_OFF,
                    QUEUE_NOTIFY_DATA,
                    QUEUE_RESET ->
                    2;
            case DEVICE_FEATURE_SELECT,
                    DEVICE_FEATURE,
                    DRIVER_FEATURE_SELECT,
                    DRIVER_FEATURE,
                    QUEUE_DESC,
                    QUEUE_DESC + 4,
                    QUEUE_DRIVER,
                    QUEUE_DRIVER + 4,
                    QUEUE_DEVICE,
                    QUEUE_DEVICE + 4 ->
                    4;
            default -> 0;
        };
    }

    long read(int offset, int width) {
        if (width == 8) {
            return read(offset, 4) & 0xFFFF_FFFFL | read(offset + 4, 4) << 32;
        } else if (width != width(offset)) {
            return 0;
        }
        QueueSetup queue = negotiation.setup(queueSelect);
        return switch (offset) {
            case DEVICE_FEATURE_SELECT -> offeredSelect;
            case DEVICE_FEATURE -> negotiation.choice().offered(offeredSelect);
            case DRIVER_FEATURE_SELECT -> acceptedSelect;
            case DRIVER_FEATURE -> negotiation.choice().accepted(acceptedSelect);
            case CONFIG_MSIX_VECTOR -> configurationVector;
            case NUM_QUEUES -> negotiation.queueCount();
            case DEVICE_STATUS -> negotiation.status();
            case CONFIG_GENERATION -> negotiation.takeGeneration() & 0xFF;
            case QUEUE_SELECT -> queueSelect;
            case QUEUE_NOTIFY_DATA -> queue == null ? 0 : notifyData(queue);
            default -> queue == null ? 0 : readQueue(queue, offset);
        };
    }

    /** It exists only where it was negotiated; notifications tell a queue by their place, so any value will do. */
    private long notifyData(QueueSetup queue) {
        return (negotiation.features() & Features.NOTIF_CONFIG_DATA) != 0 ? queue.index : 0;
    }

    private long readQueue(QueueSetup queue, int offset) {
        return switch (offset) {
            case QUEUE_SIZE -> queue.size;
            case QUEUE_MSIX_VECTOR -> queue.vector;
            case QUEUE_ENABLE -> queue.enabled ? 1 : 0;
            case QUEUE_NOTIFY_OFF -> queue.index;
            case QUEUE_DESC -> queue.descriptors & 0xFFFF_FFFFL;
            case QUEUE_DESC + 4 -> queue.descriptors >>> 32;
            case QUEUE_DRIVER -> queue.driverArea & 0xFFFF_FFFFL;
            case QUEUE_DRIVER + 4 -> queue.driverArea >>> 32;
            case QUEUE_DEVICE -> queue.deviceArea & 0xFFFF_FFFFL;
            case QUEUE_DEVICE + 4 -> queue.deviceArea >>> 32;
            case QUEUE_RESET -> negotiation.isEnding(queue) ? 1 : 0;
            default -> 0;
        };
    }

    void write(int offset, int width, long value) {
        if (width == 8) {
            write(offset, 4, value);
            write(offset + 4, 4, value >>> 32);
        } else if (width == width(offset)) {
            writeField(offset, (int) value);
        }
    }

    private void writeField(int offset, int value) {
        switch (offset) {
            case DEVICE_FEATURE_SELECT -> offeredSelect = value;
            case DRIVER_FEATURE_SELECT -> acceptedSelect = value;
            case DRIVER_FEATURE -> negotiation.accept(acceptedSelect, value);
            case CONFIG_MSIX_VECTOR -> configurationVector = vector(value);
            case DEVICE_STATUS -> negotiation.status(value);
            case QUEUE_SELECT -> queueSelect = value;
            default -> {
                QueueSetup queue = negotiation.setup(queueSelect);
                if (queue != null) {
                    writeQueue(queue, offset, value);
                }
            }
        }
    }

    /** §4.1.5.1.2.1: a vector that is not there reads back as none. */
    private int vector(int value) {
        return value < vectors.count() ? value : QueueSetup.NO_VECTOR;
    }

    /** §4.1.4.3.2: a queue is set up before it is enabled. */
    private void writeQueue(QueueSetup queue, int offset, int value) {
        if (offset == QUEUE_MSIX_VECTOR) {
            queue.vector = vector(value);
        } else if (offset == QUEUE_RESET) {
            if (value == 1) {
                negotiation.resetQueue(queue);
            }
        } else if (!queue.enabled) {
            switch (offset) {
                case QUEUE_SIZE -> queue.size = value;
                case QUEUE_ENABLE -> {
                    if (value == 1) {
                        negotiation.enable(queue);
                    }
                }
                case QUEUE_DESC -> queue.descriptors = Words.low(queue.descriptors, value);
                case QUEUE_DESC + 4 -> queue.descriptors = Words.high(queue.descriptors, value);
                case QUEUE_DRIVER -> queue.driverArea = Words.low(queue.driverArea, value);
                case QUEUE_DRIVER + 4 -> queue.driverArea = Words.high(queue.driverArea, value);
                case QUEUE_DEVICE -> queue.deviceArea = Words.low(queue.deviceArea, value);
                case QUEUE_DEVICE + 4 -> queue.deviceArea = Words.high(queue.deviceArea, value);
                default -> {} // nothing there is for writing
            }
        }
    }

    /** Fills the first {@link #STATE}. */
    void save(int[] saved) {
        saved[0] = offeredSelect;
        saved[1] = acceptedSelect;
        saved[2] = queueSelect;
        saved[3] = configurationVector;
    }

    void restore(int[] saved) {
        offeredSelect = saved[0];
        acceptedSelect = saved[1];
        queueSelect = saved[2];
        configurationVector = vector(saved[3] & QueueSetup.NO_VECTOR);
    }
}
