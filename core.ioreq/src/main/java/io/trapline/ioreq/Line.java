package io.trapline.ioreq;

import io.trapline.device.InterruptLine;

/**
 * A bay's driver of an interrupt line. It stays when the device in the bay is replaced, so that a level which
 * was high before the swap and is high after it never drops in between.
 */
final class Line implements InterruptLine {
    private final InterruptPins pins;
    private final int gsi;

    // Under the baton.
    private boolean wanted;
    private boolean latched;

    // Under the lock of the pins.
    private boolean driven;
    private boolean cut;

    Line(InterruptPins pins, int gsi) {
        this.pins = pins;
        this.gsi = gsi;
    }

    @Override
    public int gsi() {
        return gsi;
    }

    @Override
    public boolean raised() {
        return wanted;
    }

    @Override
    public void set(boolean high) {
        if (wanted != high) {
            wanted = high;
            if (!latched) {
                pins.drive(this, high);
            }
        }
    }

    /** Keeps the pin as it is while the successor is installed, to whom this line is lowered. */
    void latch() {
        latched = true;
        wanted = false;
    }

    /** Lets the pin follow what the device wants. */
    void unlatch() {
        latched = false;
        pins.drive(this, wanted);
    }

    /** Notes a new level; false if it is the old one, or nobody listens to this line any more. */
    boolean take(boolean high) {
        if (cut || driven == high) {
            return false;
        }
        driven = high;
        return true;
    }

    void cut() {
        cut = true;
    }
}
