package io.trapline.virtio;

import io.trapline.device.Board;
import io.trapline.device.Claim;
import io.trapline.device.Doorbell;
import io.trapline.device.Inspector;
import io.trapline.device.InterruptLine;
import io.trapline.device.Region;
import java.util.OptionalLong;

/** VIRTIO 1.2, §4.2: registers in memory, version 2, and one interrupt line. */
final class MmioTransport implements Transport, Region {
    private static final int LENGTH = 0x200;
    private static final int CONFIG = 0x100;
    private static final int MAGIC = 0x74726976;
    private static final int VENDOR = 0x4C505254; // "TRPL"
    private static final int USED_BUFFER = 1;
    private static final int CONFIGURATION_CHANGE = 2;

    private final Board board;
    private final VirtioDevice device;
    private final Claim claim;
    private final InterruptLine line;
    private Negotiation negotiation;
    private Doorbell[] bells = {};
    private int offeredSelect;
    private int acceptedSelect;
    private int queueSelect;
    private int interruptStatus;

    MmioTransport(Board board, VirtioDevice device, Placement placement) {
        this.board = board;
        this.device = device;
        line = board.interrupt(placement.gsi());
        claim = board.memory(placement.address(), LENGTH, this);
    }

    @Override
    public void install(Negotiation made) {
        negotiation = made;
    }

    @Override
    public void reset() {
        offeredSelect = 0;
        acceptedSelect = 0;
        queueSelect = 0;
        interrupt(0);
    }

    /** A write of a queue's number to QueueNotify rings; not where more than the number is written (§2.9). */
    @Override
    public void started(long features) {
        for (Doorbell bell : bells) {
            bell.release();
        }
        boolean plain = (features & Features.NOTIFICATION_DATA) == 0;
        bells = new Doorbell[plain ? negotiation.queueCount() : 0];
        for (int i = 0; i < bells.length; i++) {
            int queue = i;
            bells[i] =
                    board.doorbell(
                            claim,
                            Register.QUEUE_NOTIFY,
                            4,
                            OptionalLong.of(queue),
                            new QueueBell(negotiation, queue));
        }
    }

    @Override
    public void used(QueueSetup queue) {
        interrupt(interruptStatus | USED_BUFFER);
    }

    @Override
    public void configuration() {
        interrupt(interruptStatus | CONFIGURATION_CHANGE);
    }

    private void interrupt(int next) {
        interruptStatus = next;
        line.set(next != 0);
    }

    // spotless:off
    /** §4.2.2, table 4.1. */
    private static final class Register {
        static final int MAGIC_VALUE = 0x000, VERSION = 0x004, DEVICE_ID = 0x008, VENDOR_ID = 0x00C;
        static final int DEVICE_FEATURES = 0x010, DEVICE_FEATURES_SEL = 0x014;
        static final int DRIVER_FEATURES = 0x020, DRIVER_FEATURES_SEL = 0x024;
        static final int QUEUE_SEL = 0x030, QUEUE_NUM_MAX = 0x034, QUEUE_NUM = 0x038, QUEUE_READY = 0x044;
        static final int QUEUE_NOTIFY = 0x050, INTERRUPT_STATUS = 0x060, INTERRUPT_ACK = 0x064, STATUS = 0x070;
        static final int QUEUE_DESC_LOW = 0x080, QUEUE_DESC_HIGH = 0x084;
        static final int QUEUE_DRIVER_LOW = 0x090, QUEUE_DRIVER_HIGH = 0x094;
        static final int QUEUE_DEVICE_LOW = 0x0A0, QUEUE_DEVICE_HIGH = 0x0A4;
        static final int SHM_LEN_LOW = 0x0B0, SHM_BASE_HIGH = 0x0BC;
        static final int QUEUE_RESET = 0x0C0, CONFIG_GENERATION = 0x0FC;
    }
    // spotless:on

    /** §4.2.2.2: registers are aligned words; configuration has any width. */
    @Override
    public long read(long offset, int width) {
        if (offset >= CONFIG) {
            return negotiation.readConfiguration(offset - CONFIG, width);
        } else if (width != 4 || (offset & 3) != 0) {
            return 0;
        }
        QueueSetup queue = negotiation.setup(queueSelect);
        return switch ((int) offset) {
            case Register.MAGIC_VALUE -> MAGIC;
            case Register.VERSION -> 2;
            case Register.DEVICE_ID -> device.type();
            case Register.VENDOR_ID -> VENDOR;
            case Register.DEVICE_FEATURES -> negotiation.choice().offered(offeredSelect);
            case Register.QUEUE_NUM_MAX -> queue == null ? 0 : queue.most;
            case Register.QUEUE_READY -> queue != null && queue.enabled ? 1 : 0;
            case Register.QUEUE_RESET -> queue != null && negotiation.isEnding(queue) ? 1 : 0;
            case Register.INTERRUPT_STATUS -> interruptStatus;
            case Register.STATUS -> negotiation.status();
            case Register.CONFIG_GENERATION -> negotiation.takeGeneration();
            default ->
                    offset >= Register.SHM_LEN_LOW && offset <= Register.SHM_BASE_HIGH
                            ? OPEN_BUS // §4.2.2: there is no such region
                            : 0;
        };
    }

    @Override
    public void write(long offset, int width, long value) {
        if (offset >= CONFIG) {
            negotiation.writeConfiguration(offset - CONFIG, width, value);
        } else if (width == 4 && (offset & 3) == 0) {
            writeWord((int) offset, (int) value);
        }
    }

    private void writeWord(int offset, int value) {
        switch (offset) {
            case Register.DEVICE_FEATURES_SEL -> offeredSelect = value;
            case Register.DRIVER_FEATURES_SEL -> acceptedSelect = value;
            case Register.DRIVER_FEATURES -> negotiation.accept(acceptedSelect, value);
            case Register.QUEUE_SEL -> queueSelect = value;
            case Register.QUEUE_NOTIFY -> notified(value);
            case Register.INTERRUPT_ACK -> interrupt(interruptStatus & ~value);
            case Register.STATUS -> negotiation.status(value & 0xFF);
            default -> {
                QueueSetup queue = negotiation.setup(queueSelect);
                if (queue != null) {
                    writeQueue(queue, offset, value);
                }
            }
        }
    }

    /** §4.2.3.3: a queue's number, and how far the driver is where that was negotiated. */
    private void notified(int value) {
        boolean data = (negotiation.features() & Features.NOTIFICATION_DATA) != 0;
        negotiation.notified(data ? value & 0xFFFF : value);
    }

    /** §4.2.3.2: a queue is set up while it is not ready. */
    private void writeQueue(QueueSetup queue, int offset, int value) {
        if (offset == Register.QUEUE_RESET) {
            if (value == 1) {
                negotiation.resetQueue(queue);
            }
        } else if (queue.enabled) {
            if (offset == Register.QUEUE_READY && value == 0) {
                negotiation.disable(queue);
            }
        } else {
            switch (offset) {
                case Register.QUEUE_READY -> {
                    if (value == 1) {
                        negotiation.enable(queue);
                    }
                }
                case Register.QUEUE_NUM -> queue.size = value;
                case Register.QUEUE_DESC_LOW ->
                        queue.descriptors = Words.low(queue.descriptors, value);
                case Register.QUEUE_DESC_HIGH ->
                        queue.descriptors = Words.high(queue.descriptors, value);
                case Register.QUEUE_DRIVER_LOW ->
                        queue.driverArea = Words.low(queue.driverArea, value);
                case Register.QUEUE_DRIVER_HIGH ->
                        queue.driverArea = Words.high(queue.driverArea, value);
                case Register.QUEUE_DEVICE_LOW ->
                        queue.deviceArea = Words.low(queue.deviceArea, value);
                case Register.QUEUE_DEVICE_HIGH ->
                        queue.deviceArea = Words.high(queue.deviceArea, value);
                default -> {} // nothing there is for writing
            }
        }
    }

    @Override
    public int[] save() {
        return new int[] {offeredSelect, acceptedSelect, queueSelect, interruptStatus};
    }

    @Override
    public boolean restore(int[] saved) {
        if (saved.length != 4) {
            return false;
        }
        offeredSelect = saved[0];
        acceptedSelect = saved[1];
        queueSelect = saved[2];
        interrupt(saved[3] & (USED_BUFFER | CONFIGURATION_CHANGE));
        return true;
    }

    @Override
    public void inspect(Inspector out) {
        out.register("InterruptStatus", interruptStatus, 4);
        out.flag("interrupt line", line.raised());
    }
}
