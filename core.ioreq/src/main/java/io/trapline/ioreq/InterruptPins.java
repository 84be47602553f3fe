package io.trapline.ioreq;

import io.trapline.hypervisor.VirtualMachine;

/** The interrupt lines of a machine: each is high while at least one device drives it high. */
final class InterruptPins {
    private static final int ISA_LINES = 16;
    private static final int PCI_LINES = 4;
    private static final int FREE_ISA_LINE = 11;

    private final VirtualMachine vm;
    private final int[] drivers;

    InterruptPins(VirtualMachine vm) {
        this.vm = vm;
        drivers = new int[vm.interruptLines()];
    }

    /** How many there are. */
    int count() {
        return drivers.length;
    }

    /**
     * Where INTA# of a PCI device ends: above the 16 lines of ISA the bus has four, and the devices take turns;
     * where there are no more than 16, all end at one that ISA leaves free.
     */
    int ofPci(int device) {
        return count() >= ISA_LINES + PCI_LINES ? ISA_LINES + device % PCI_LINES : FREE_ISA_LINE;
    }

    /** A device's line has changed: a change of the pin's level reaches the backend, in order. */
    void drive(Line line, boolean high) {
        synchronized (drivers) {
            if (!line.take(high)) {
                return;
            }
            int before = drivers[line.gsi()];
            drivers[line.gsi()] = before + (high ? 1 : -1);
            if (high ? before == 0 : before == 1) {
                vm.interruptLine(line.gsi(), high);
            }
        }
    }

    /** Lowers a line for good, whatever its device does from now on. */
    void cut(Line line) {
        synchronized (drivers) {
            drive(line, false);
            line.cut();
        }
    }
}
