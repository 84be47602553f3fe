package io.trapline.ioreq;

import io.trapline.device.PciFunction;
import io.trapline.device.Region;

/** A PCI function's configuration space as a region. */
final class ConfigurationSpace implements Region {
    private final PciFunction function;

    ConfigurationSpace(PciFunction function) {
        this.function = function;
    }

    @Override
    public long read(long offset, int width) {
        return Integer.toUnsignedLong(function.readConfiguration((int) offset, width));
    }

    @Override
    public void write(long offset, int width, long value) {
        function.writeConfiguration((int) offset, width, (int) value);
    }
}
