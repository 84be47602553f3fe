package io.trapline.ioreq.pci;

import io.trapline.device.InterruptLine;

/** PCI Local Bus 3.0, section 2.2.6 and 6.2.3: INTA# of a function, and Interrupt Status, which tells its level. */
final class Pin implements InterruptLine {
    private final Registers registers;
    private final InterruptLine line;
    private boolean level;
    private boolean held; // the guest does not want it to be driven

    /** Lays the registers out: Interrupt Line tells where the pin ends, as firmware would. */
    Pin(Registers registers, InterruptLine line) {
        this.registers = registers;
        this.line = line;
        registers.define(Header.INTERRUPT_PIN, 1, 1, 0);
        registers.define(Header.INTERRUPT_LINE, 1, line.gsi(), 0xFF);
    }

    @Override
    public int gsi() {
        return line.gsi();
    }

    @Override
    public boolean raised() {
        return level;
    }

    @Override
    public void set(boolean high) {
        level = high;
        int status = registers.read(Header.STATUS, 2);
        registers.set(
                Header.STATUS,
                2,
                high ? status | Header.Status.INTERRUPT : status & ~Header.Status.INTERRUPT);
        line.set(level && !held);
    }

    /** Holds the level back, or lets it through. */
    void hold(boolean back) {
        held = back;
        set(level);
    }
}
