package io.trapline.acrn;

import io.trapline.acrn.Hsm.acrn_pcidev;
import io.trapline.acrn.Hsm.acrn_ptdev_irq;
import io.trapline.acrn.PassThrough.Handover;
import io.trapline.hypervisor.RamRange;
import io.trapline.linux.Block;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An entry of the setting {@code pci}: {@code VIRTUAL=PHYSICAL[,quirk][,msi|,intx[=GSI]]}.
 *
 * <p>The guest finds the function at VIRTUAL, its BARs where the Service VM has them. It gets the interrupt pin if
 * the function has no MSI and no MSI-X, else not, since a line may be shared with another VM's function: as acrn-dm
 * does it. {@code msi} and {@code intx} decide otherwise. The pin is wired to the guest's GSI of the physical one's
 * number, or to the one said.
 *
 * @param virtual where the guest finds it
 * @param physical which it is
 * @param type flags of the assignment: 0 or {@link Hsm#ACRN_PTDEV_QUIRK_ASSIGN}
 * @param interrupt whether the guest gets the pin
 * @param gsi of the guest; -1: the physical one
 */
record PassThroughPci(Bdf virtual, Bdf physical, int type, Interrupt interrupt, int gsi) {
    /** Whether the guest gets the interrupt pin. */
    enum Interrupt {
        AS_IT_HAS,
        MSI,
        INTX
    }

    private static final int BAR = 0x10, LINE = 0x3C, PIN = 0x3D;
    private static final int PORTS = 1, MEMORY_64 = 0x4, MEMORY_TYPE = 0x6, MEMORY_FLAGS = 0xF;

    /** Not connected, says the PCI specification of the line register on a PC. */
    private static final int NO_LINE = 255;

    static PassThroughPci parse(String entry) {
        String[] parts = entry.split("\\s*,\\s*", -1);
        String[] sides = parts[0].split("\\s*=\\s*", -1);
        if (sides.length != 2) {
            throw new IllegalArgumentException(
                    "VIRTUAL=PHYSICAL[,quirk][,msi|,intx[=GSI]], such as 00:05.0=00:14.0");
        }
        int type = 0;
        Interrupt interrupt = Interrupt.AS_IT_HAS;
        int gsi = -1;
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].equals("quirk")) {
                type = Hsm.ACRN_PTDEV_QUIRK_ASSIGN;
            } else if (parts[i].equals("msi")) {
                interrupt = Interrupt.MSI;
            } else if (parts[i].matches("intx(=\\d{1,2})?")) {
                interrupt = Interrupt.INTX;
                gsi = parts[i].equals("intx") ? -1 : Integer.parseInt(parts[i].substring(5));
            } else {
                throw new IllegalArgumentException(
                        "quirk, msi, intx or intx=GSI in place of " + parts[i]);
            }
        }
        if (gsi >= Interrupts.LINES) {
            throw new IllegalArgumentException("a GSI below " + Interrupts.LINES);
        }
        return new PassThroughPci(
                Bdf.parse(sides[0].strip()), Bdf.parse(sides[1]), type, interrupt, gsi);
    }

    /** The calls for it; refuses a function that would be at RAM's place, or whose pin leads nowhere. */
    List<Handover> handovers(PassThroughFunction function, List<RamRange> ram) throws IOException {
        List<Handover> calls = new ArrayList<>();
        boolean pin = pin(function);
        int line = function.octet(LINE);
        int guestLine = gsi < 0 ? line : gsi;
        if (pin && (line == NO_LINE || guestLine >= Interrupts.LINES)) {
            throw new IOException(
                    "%s: its interrupt line is %d, the guest has GSI 0 to %d; say pci=...,msi%s"
                            .formatted(
                                    physical,
                                    line,
                                    Interrupts.LINES - 1,
                                    line == NO_LINE ? "" : " or ,intx=GSI"));
        }
        calls.add(
                new Handover(
                        Ioctl.ASSIGN_PCIDEV,
                        Ioctl.DEASSIGN_PCIDEV,
                        device(function, pin, pin ? guestLine : 0, ram),
                        physical + " as " + virtual + (type == 0 ? "" : ", quirk")));
        if (pin) {
            calls.add(
                    new Handover(
                            Ioctl.SET_PTDEV_INTR,
                            Ioctl.RESET_PTDEV_INTR,
                            interrupt(guestLine, line),
                            "INTx of %s as %s, GSI %d as %d"
                                    .formatted(physical, virtual, line, guestLine)));
        }
        return calls;
    }

    private boolean pin(PassThroughFunction function) throws IOException {
        boolean there = function.octet(PIN) != 0;
        return switch (interrupt) {
            case MSI -> false;
            case AS_IT_HAS -> there && !function.hasMessages();
            case INTX -> {
                if (!there) {
                    throw new IOException(physical + " has no interrupt pin; leave ,intx out");
                }
                yield true;
            }
        };
    }

    private Block device(
            PassThroughFunction function, boolean pin, int guestLine, List<RamRange> ram)
            throws IOException {
        Block device = new Block(acrn_pcidev.SIZEOF);
        device.bytes.putInt(acrn_pcidev.type, type);
        device.bytes.putShort(acrn_pcidev.virt_bdf, (short) virtual.value());
        device.bytes.putShort(acrn_pcidev.phys_bdf, (short) physical.value());
        device.bytes.put(acrn_pcidev.intr_line, (byte) guestLine);
        device.bytes.put(acrn_pcidev.intr_pin, (byte) (pin ? function.octet(PIN) : 0));
        boolean upper = false;
        for (int i = 0; i < Hsm.ACRN_PCI_NUM_BARS; i++) {
            int bar = function.dword(BAR + Integer.BYTES * i);
            device.bytes.putInt(acrn_pcidev.bar + Integer.BYTES * i, bar);
            boolean wide = !upper && (bar & PORTS) == 0 && (bar & MEMORY_TYPE) == MEMORY_64;
            if (!upper && (bar & PORTS) == 0) {
                boolean more = wide && i + 1 < Hsm.ACRN_PCI_NUM_BARS;
                long high = more ? function.dword(BAR + Integer.BYTES * (i + 1)) : 0;
                check(i, high << 32 | Integer.toUnsignedLong(bar & ~MEMORY_FLAGS), ram);
            }
            upper = wide;
        }
        return device;
    }

    /** A BAR is aligned to its size, so it is its first byte that lies in RAM if any does. */
    private void check(int bar, long address, List<RamRange> ram) throws IOException {
        if (address != 0) {
            PassThroughPlan.keepOffRam("BAR %d of %s".formatted(bar, physical), address, 1, ram);
        }
    }

    private Block interrupt(int guestLine, int line) {
        Block wiring = new Block(acrn_ptdev_irq.SIZEOF);
        wiring.bytes.putInt(acrn_ptdev_irq.type, Hsm.ACRN_PTDEV_IRQ_INTX);
        wiring.bytes.putShort(acrn_ptdev_irq.virt_bdf, (short) virtual.value());
        wiring.bytes.putShort(acrn_ptdev_irq.phys_bdf, (short) physical.value());
        wiring.bytes.putInt(acrn_ptdev_irq.intx__virt_pin, guestLine);
        wiring.bytes.putInt(acrn_ptdev_irq.intx__phys_pin, line);
        return wiring;
    }
}
