package io.trapline.hotplug;

import io.trapline.device.Inspector;
import io.trapline.device.InterruptLine;
import io.trapline.device.PciSlots;
import io.trapline.device.Region;

/**
 * QEMU, docs/specs/acpi_pci_hotplug: four registers of 32 bits, a bit for each slot; and GPE 1 of the general-purpose
 * event block (ACPI 6.4, section 4.8.5), which raises the system control interrupt.
 *
 * <pre>
 *   0xAE00  up     what has come; a read clears it       0xAFE0  GPE0_STS  16 bits, 1 clears
 *   0xAE04  down   what is wanted out                    0xAFE2  GPE0_EN   16 bits
 *   0xAE08  eject  write: the guest has let go
 *   0xAE0C  rmv    what can be taken out
 * </pre>
 */
final class Controller {
    static final int SLOTS_PORT = 0xAE00;
    static final int SLOTS_LENGTH = 0x10;
    static final int EVENTS_PORT = 0xAFE0;
    static final int EVENTS_LENGTH = 4;

    private static final int UP = 0x0;
    private static final int DOWN = 0x4;
    private static final int EJECT = 0x8;
    private static final int REMOVABLE = 0xC;
    private static final int HOST_BRIDGE = 1;
    private static final int PCI_EVENT = 1 << 1; // GPE.1
    private static final int WORD = 0xFFFF;

    private final PciSlots slots;
    private final InterruptLine sci;
    private int known; // occupied when last looked
    private int asked; // leaving when last looked
    private int up;
    private int status;
    private int enable;

    Controller(PciSlots slots, InterruptLine sci) {
        this.slots = slots;
        this.sci = sci;
    }

    void reset() {
        slots.takeArrived();
        asked = 0;
        up = 0;
        status = 0;
        enable = 0;
        updateInterrupt();
        changed();
    }

    /** Something came, went, or is to go. */
    void changed() {
        came(slots.takeArrived());
    }

    private void came(int places) {
        int occupied = slots.occupied();
        int leaving = slots.leaving();
        int came = places & occupied & ~HOST_BRIDGE;
        up = up & occupied | came;
        if (came != 0 || (leaving & ~asked) != 0) {
            status |= PCI_EVENT;
        }
        known = occupied;
        asked = leaving;
        updateInterrupt();
    }

    private void updateInterrupt() {
        sci.set((status & enable) != 0);
    }

    private int removable() {
        return slots.occupied() & ~HOST_BRIDGE;
    }

    /** The slots' registers: doublewords, aligned; anything else is nobody's. */
    Region slotRegisters() {
        return new Region() {
            @Override
            public long read(long offset, int width) {
                return width == 4 ? readSlots((int) offset) : OPEN_BUS;
            }

            @Override
            public void write(long offset, int width, long value) {
                if (width == 4 && offset == EJECT) {
                    eject((int) value);
                }
            }
        };
    }

    private long readSlots(int offset) {
        return switch (offset) {
            case UP -> takeUp();
            case DOWN -> slots.leaving();
            case EJECT -> 0;
            case REMOVABLE -> removable();
            default -> Region.OPEN_BUS;
        };
    }

    /** What has come may be on the bus already, and word of it still on its way. */
    private int takeUp() {
        changed();
        int seen = up;
        up = 0;
        return seen;
    }

    /** A guest may let go of what nobody wanted out, too. */
    private void eject(int places) {
        for (int bits = places & removable(); bits != 0; bits &= bits - 1) {
            slots.eject(Integer.numberOfTrailingZeros(bits));
        }
    }

    /** The event block: bytes or words. */
    Region eventRegisters() {
        return new Region() {
            @Override
            public long read(long offset, int width) {
                changed();
                return (status | (long) enable << 16) >>> 8 * offset;
            }

            @Override
            public void write(long offset, int width, long value) {
                writeEvents((int) offset, width, value);
            }
        };
    }

    private void writeEvents(int offset, int width, long value) {
        long mask = (1L << 8 * width) - 1 << 8 * offset;
        long placed = value << 8 * offset;
        status &= (int) ~(placed & mask) | ~WORD;
        long enables = (enable & (WORD & ~(mask >>> 16))) | (placed & mask) >>> 16 & WORD;
        enable = (int) enables;
        updateInterrupt();
    }

    ControllerState save() {
        return new ControllerState(known, asked, up, status, enable);
    }

    void restore(ControllerState saved) {
        known = saved.known();
        asked = saved.asked();
        up = saved.up();
        status = saved.status();
        enable = saved.enable();
        came(slots.takeArrived() | slots.occupied() & ~known); // while nobody was there to be told
    }

    void inspect(Inspector out) {
        out.register("up", up, 4);
        out.register("down", slots.leaving(), 4);
        out.register("occupied", slots.occupied(), 4);
        out.register("GPE0_STS", status, 2);
        out.register("GPE0_EN", enable, 2);
        out.flag("interrupt line", sci.raised());
    }
}
