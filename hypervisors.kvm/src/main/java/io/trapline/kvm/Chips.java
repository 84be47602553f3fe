package io.trapline.kvm;

import io.trapline.kvm.Kvm.kvm_irq_level;
import io.trapline.kvm.Kvm.kvm_irqchip;
import io.trapline.kvm.Kvm.kvm_msi;
import io.trapline.kvm.Kvm.kvm_pit_config;
import io.trapline.kvm.Kvm.kvm_pit_state2;
import io.trapline.linux.Block;
import io.trapline.linux.Descriptor;
import io.trapline.linux.Libc;
import java.io.IOException;

/**
 * The interrupt controllers (two 8259A, an I/O APIC, an APIC per vCPU) and the 8254 timer, all in the kernel.
 *
 * <p>The timer is made with KVM_PIT_SPEAKER_DUMMY: the kernel then answers port 0x61 too. A guest measures its
 * clock by starting channel 2 there and polling its output, and only whoever has the channel knows that.
 *
 * <p>So ports 0x20, 0x21, 0xA0, 0xA1, 0x4D0, 0x4D1, 0x40 to 0x43 and 0x61, and the pages of the APICs, never
 * become requests.
 */
final class Chips {
    private static final int[] CHIPS = {
        Kvm.KVM_IRQCHIP_PIC_MASTER, Kvm.KVM_IRQCHIP_PIC_SLAVE, Kvm.KVM_IRQCHIP_IOAPIC
    };

    /** Bits 63 to 20 of the address of a message (Intel SDM, volume 3, section 11.11.1). */
    private static final long MESSAGES = 0xFEE;

    private static final int MESSAGE_SHIFT = 20;

    private final Descriptor file;
    private final Block[] powerOn = new Block[CHIPS.length];
    private final Block pit = new Block(kvm_pit_state2.SIZEOF);

    /** Each line's two structures, low and high: never written again, so any thread may pass them. */
    private final Block lines = new Block(2 * Kvm.KVM_IOAPIC_NUM_PINS * kvm_irq_level.SIZEOF);

    private final Block msi = new Block(kvm_msi.SIZEOF);

    /** Makes them; before the first vCPU. */
    Chips(Descriptor file) throws IOException {
        this.file = file;
        Libc.check(file.ioctl(Kvm.KVM_CREATE_IRQCHIP, 0), "KVM_CREATE_IRQCHIP");
        Block config = new Block(kvm_pit_config.SIZEOF);
        config.bytes.putInt(kvm_pit_config.flags, Kvm.KVM_PIT_SPEAKER_DUMMY);
        config.ioctl(file.fd(), Kvm.KVM_CREATE_PIT2, "KVM_CREATE_PIT2");
        for (int chip = 0; chip < CHIPS.length; chip++) {
            powerOn[chip] = new Block(kvm_irqchip.SIZEOF);
            powerOn[chip].bytes.putInt(kvm_irqchip.chip_id, CHIPS[chip]);
            powerOn[chip].ioctl(file.fd(), Kvm.KVM_GET_IRQCHIP, "KVM_GET_IRQCHIP");
        }
        pit.ioctl(file.fd(), Kvm.KVM_GET_PIT2, "KVM_GET_PIT2");
        for (int gsi = 0; gsi < Kvm.KVM_IOAPIC_NUM_PINS; gsi++) {
            for (int level = 0; level <= 1; level++) {
                int at = offset(gsi, level);
                lines.bytes.putInt(at + kvm_irq_level.irq, gsi);
                lines.bytes.putInt(at + kvm_irq_level.level, level);
            }
        }
    }

    /** All lines low, everything at power-on; while no vCPU runs. */
    void reset() throws IOException {
        for (int gsi = 0; gsi < Kvm.KVM_IOAPIC_NUM_PINS; gsi++) {
            line(gsi, false);
        }
        for (Block chip : powerOn) {
            chip.ioctl(file.fd(), Kvm.KVM_SET_IRQCHIP, "KVM_SET_IRQCHIP");
        }
        pit.ioctl(file.fd(), Kvm.KVM_SET_PIT2, "KVM_SET_PIT2");
    }

    /** From any thread, even while the machine is closed. */
    void line(int gsi, boolean high) {
        if (gsi < 0 || gsi >= Kvm.KVM_IOAPIC_NUM_PINS) {
            throw new IllegalArgumentException(
                    "no interrupt line: gsi=" + gsi + ", wanted 0 to 23");
        }
        file.ioctl(Kvm.KVM_IRQ_LINE, lines.address() + offset(gsi, high ? 1 : 0));
    }

    /** From any thread, even while the machine is closed. The kernel looks at no more of an address than who is meant. */
    boolean message(long address, int data) {
        if (address >>> MESSAGE_SHIFT != MESSAGES) {
            return false;
        }
        synchronized (msi) {
            msi.bytes.putInt(kvm_msi.address_lo, (int) address);
            msi.bytes.putInt(kvm_msi.address_hi, (int) (address >>> 32));
            msi.bytes.putInt(kvm_msi.data, data);
            return file.ioctl(Kvm.KVM_SIGNAL_MSI, msi) >= 0;
        }
    }

    private static int offset(int gsi, int level) {
        return (2 * gsi + level) * kvm_irq_level.SIZEOF;
    }
}
