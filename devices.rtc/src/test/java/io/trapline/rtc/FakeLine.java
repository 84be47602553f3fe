package io.trapline.rtc;

import io.trapline.device.InterruptLine;

/** A line that counts its rising edges, as an edge-triggered interrupt controller does. */
final class FakeLine implements InterruptLine {
    int edges;
    private boolean raised;

    @Override
    public int gsi() {
        return 8;
    }

    @Override
    public boolean raised() {
        return raised;
    }

    @Override
    public void set(boolean high) {
        if (high && !raised) {
            edges++;
        }
        raised = high;
    }
}
