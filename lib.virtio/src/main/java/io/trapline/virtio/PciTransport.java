package io.trapline.virtio;

import io.trapline.device.Board;
import io.trapline.device.Claim;
import io.trapline.device.Doorbell;
import io.trapline.device.Inspector;
import io.trapline.device.InterruptLine;
import io.trapline.device.PciBar;
import io.trapline.device.PciEndpoint;
import io.trapline.device.PciIdentity;
import io.trapline.device.PciVectors;
import io.trapline.device.Region;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/** VIRTIO 1.2, §4.1: a PCI function with its structures in one base address register, and MSI-X. */
final class PciTransport implements Transport, Region {
    private static final int VENDOR = 0x1AF4;
    private static final int FIRST_DEVICE = 0x1040; // §4.1.2
    private static final int SUBSYSTEM = 0x1100;

    // spotless:off
    private static final int STRUCTURES_BAR = 4, MSIX_BAR = 1;
    private static final long COMMON = 0x0000, ISR = 0x1000, DEVICE = 0x2000, NOTIFY = 0x3000, LENGTH = 0x4000;
    private static final int PART = 0x1000;
    private static final int NOTIFY_MULTIPLIER = 4;

    /** §4.1.4: cfg_type. */
    private static final int COMMON_CFG = 1, NOTIFY_CFG = 2, ISR_CFG = 3, DEVICE_CFG = 4;
    private static final int VENDOR_SPECIFIC = 0x09;

    /** §4.1.4.5. */
    private static final int QUEUE_INTERRUPT = 1, CONFIGURATION_INTERRUPT = 2;
    // spotless:on

    private final Board board;
    private final PciEndpoint pci;
    private final PciVectors vectors;
    private final InterruptLine pin;
    private final Claim claim;
    private final PciWindow window;
    private CommonConfiguration common;
    private Negotiation negotiation;
    private Doorbell[] bells = {};
    private int isr;

    PciTransport(Board board, VirtioDevice device, Placement placement) {
        this.board = board;
        PciIdentity identity =
                new PciIdentity(
                        VENDOR,
                        FIRST_DEVICE + device.type(),
                        1,
                        device.pciClass(),
                        VENDOR,
                        SUBSYSTEM);
        pci =
                placement.slot() == null
                        ? board.endpoint(identity)
                        : board.endpoint(identity, placement.slot());
        pin = pci.pin();
        claim = pci.bar(STRUCTURES_BAR, PciBar.MEMORY_64_PREFETCHABLE, LENGTH, this);
        structure(COMMON_CFG, COMMON, CommonConfiguration.LENGTH);
        structure(ISR_CFG, ISR, 1);
        structure(DEVICE_CFG, DEVICE, PART);
        pci.capability(
                VENDOR_SPECIFIC,
                capability(NOTIFY_CFG, NOTIFY, PART, 4).putInt(NOTIFY_MULTIPLIER).array());
        window = new PciWindow(STRUCTURES_BAR, LENGTH, this);
        pci.capability(VENDOR_SPECIFIC, PciWindow.LENGTH, window);
        vectors = pci.msix(MSIX_BAR, device.queues() + 1);
    }

    private void structure(int type, long offset, int length) {
        pci.capability(VENDOR_SPECIFIC, capability(type, offset, length, 0).array());
    }

    /** §4.1.4: struct virtio_pci_cap, what follows cap_next. */
    private static ByteBuffer capability(int type, long offset, int length, int more) {
        ByteBuffer bytes = ByteBuffer.allocate(14 + more).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) (16 + more)).put((byte) type).put((byte) STRUCTURES_BAR);
        return bytes.position(6).putInt((int) offset).putInt(length);
    }

    @Override
    public void install(Negotiation made) {
        negotiation = made;
        common = new CommonConfiguration(made, vectors);
        pci.onBusMaster(made::reachChanged);
    }

    @Override
    public long features() {
        return Features.NOTIF_CONFIG_DATA;
    }

    /** PCI Local Bus 3.0, §6.2.2: a function that is no bus master reads and writes no memory. */
    @Override
    public boolean reachesMemory() {
        return pci.busMaster();
    }

    @Override
    public void reset() {
        common.reset();
        for (int vector = 0; vector < vectors.count(); vector++) {
            vectors.withdraw(vector);
        }
        status(0);
    }

    @Override
    public void powerOn() {
        window.clear();
    }

    /** Each queue has a place of its own to notify; as wide as what is written there (§2.9). */
    @Override
    public void started(long features) {
        for (Doorbell bell : bells) {
            bell.release();
        }
        int width = (features & Features.NOTIFICATION_DATA) != 0 ? 4 : 2;
        bells = new Doorbell[negotiation.queueCount()];
        for (int i = 0; i < bells.length; i++) {
            int queue = i;
            bells[i] =
                    board.doorbell(
                            claim,
                            NOTIFY + (long) NOTIFY_MULTIPLIER * queue,
                            width,
                            OptionalLong.empty(),
                            new QueueBell(negotiation, queue));
        }
    }

    @Override
    public void used(QueueSetup queue) {
        interrupt(QUEUE_INTERRUPT, queue.vector);
    }

    /**
     * QEMU 7.2 tells of both, and its qos-test (resize) waits for the first; a driver that looks at its queues finds
     * nothing new.
     */
    @Override
    public void configuration() {
        interrupt(CONFIGURATION_INTERRUPT | QUEUE_INTERRUPT, common.configurationVector());
    }

    /** §4.1.5.3 and §4.1.5.4. */
    private void interrupt(int why, int vector) {
        status(isr | why);
        if (vectors.enabled() && vector != QueueSetup.NO_VECTOR) {
            vectors.signal(vector);
        }
    }

    /** §4.1.4.5.1: the pin is the OR of the ISR's bits; with messages enabled the machine holds it back. */
    private void status(int next) {
        isr = next;
        pin.set(next != 0);
    }

    /** §4.1.4.5: reading the ISR acknowledges. */
    private int takeIsr() {
        int taken = isr;
        status(0);
        return taken;
    }

    @Override
    public long read(long offset, int width) {
        if (offset < ISR) {
            return common.read((int) offset, width);
        } else if (offset < DEVICE) {
            return offset == ISR ? takeIsr() : 0;
        } else if (offset < NOTIFY) {
            return negotiation.readConfiguration(offset - DEVICE, width);
        }
        return 0;
    }

    @Override
    public void write(long offset, int width, long value) {
        if (offset < ISR) {
            common.write((int) offset, width, value);
        } else if (offset >= NOTIFY) {
            negotiation.notified((int) (offset - NOTIFY) / NOTIFY_MULTIPLIER);
        } else if (offset >= DEVICE) {
            negotiation.writeConfiguration(offset - DEVICE, width, value);
        }
    }

    /** The common structure's, ISR, and the window's. */
    @Override
    public int[] save() {
        int[] saved = new int[CommonConfiguration.STATE + 1 + PciWindow.STATE];
        common.save(saved);
        saved[CommonConfiguration.STATE] = isr;
        window.save(saved, CommonConfiguration.STATE + 1);
        return saved;
    }

    @Override
    public boolean restore(int[] saved) {
        if (saved.length != CommonConfiguration.STATE + 1 + PciWindow.STATE) {
            return false;
        }
        common.restore(saved);
        status(saved[CommonConfiguration.STATE] & (QUEUE_INTERRUPT | CONFIGURATION_INTERRUPT));
        window.restore(saved, CommonConfiguration.STATE + 1);
        return true;
    }

    @Override
    public void inspect(Inspector out) {
        out.register("ISR", isr, 1);
        out.text("PCI", pci.address().toString());
    }
}
