package io.trapline.acrn;

import io.trapline.hypervisor.RamRange;
import io.trapline.hypervisor.VmShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * What a machine's settings {@code pci}, {@code mmio} and {@code vdev} ask for, an entry a line.
 *
 * @param functions sysfs' folder of PCI functions
 */
record PassThroughPlan(
        Path functions,
        List<PassThroughPci> pci,
        List<PassThroughMmio> mmio,
        List<PassThroughVdev> vdev) {
    static final String PCI = "pci", MMIO = "mmio", VDEV = "vdev";

    /** Reads a shape's options; refuses an entry that makes no sense, and what is given twice. */
    static PassThroughPlan of(VmShape shape, Path functions) {
        PassThroughPlan plan =
                new PassThroughPlan(
                        functions,
                        entries(shape, PCI, PassThroughPci::parse),
                        entries(shape, MMIO, PassThroughMmio::parse),
                        entries(shape, VDEV, PassThroughVdev::parse));
        Set<Object> physical = new HashSet<>();
        Set<Long> virtual = new HashSet<>();
        for (PassThroughPci entry : plan.pci) {
            once(shape, PCI, entry.physical(), physical.add(entry.physical()));
            once(shape, PCI, entry.virtual(), virtual.add((long) entry.virtual().value()));
        }
        for (PassThroughVdev entry : plan.vdev) {
            once(shape, VDEV, entry.name(), !entry.pci() || virtual.add(entry.slot()));
        }
        return plan;
    }

    private static <E> List<E> entries(VmShape shape, String key, Function<String, E> parser) {
        List<E> entries = new ArrayList<>();
        for (String line : shape.options().getOrDefault(key, "").split("\n")) {
            if (!line.isBlank()) {
                try {
                    entries.add(parser.apply(line.strip()));
                } catch (IllegalArgumentException e) {
                    throw AcrnOptions.refused(shape, key, line, e.getMessage());
                }
            }
        }
        return List.copyOf(entries);
    }

    private static void once(VmShape shape, String key, Object what, boolean first) {
        if (!first) {
            throw AcrnOptions.refused(
                    shape, key, what.toString(), "each function once, in pci and vdev together");
        }
    }

    /** Looks at the physical functions, and makes the calls ready; nothing is given yet. */
    PassThrough prepare(PassThrough.Call hsm, Complaints complaints, List<RamRange> ram)
            throws IOException {
        List<PassThroughFunction> physical = new ArrayList<>();
        List<PassThrough.Handover> handovers = new ArrayList<>();
        for (PassThroughPci entry : pci) {
            PassThroughFunction function = new PassThroughFunction(functions, entry.physical());
            physical.add(function);
            handovers.addAll(entry.handovers(function, ram));
        }
        for (PassThroughMmio entry : mmio) {
            handovers.add(entry.handover(ram));
        }
        vdev.forEach(entry -> handovers.add(entry.handover()));
        return new PassThrough(hsm, complaints, physical, handovers);
    }

    /** Refuses what would hide RAM from the guest, or be hidden by it. */
    static void keepOffRam(String what, long address, long size, List<RamRange> ram)
            throws IOException {
        for (RamRange range : ram) {
            if (Long.compareUnsigned(address, range.address() + range.length()) < 0
                    && Long.compareUnsigned(range.address(), address + size) < 0) {
                throw new IOException(
                        "%s at 0x%x is inside the guest's RAM, 0x%x to 0x%x; change memory"
                                .formatted(
                                        what,
                                        address,
                                        range.address(),
                                        range.address() + range.length() - 1));
            }
        }
    }
}
