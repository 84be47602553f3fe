package io.trapline.ioreq;

import io.trapline.hypervisor.VirtualMachine;

/** The interrupt lines of a machine: each is high while at least one device drives it high. */
final class InterruptPins {
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
