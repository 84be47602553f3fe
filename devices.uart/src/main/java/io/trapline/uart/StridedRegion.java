package io.trapline.uart;

import io.trapline.device.Region;

/**
 * A UART in memory, its registers a stride of 1, 2 or 4 bytes apart. A register answers an access at its own address
 * that is no wider than the stride; it drives the low byte, and the others read as 0. Nobody answers the rest.
 */
final class StridedRegion implements Region {
    private final Region uart;
    private final int stride;

    /**
     * A region of eight strides.
     *
     * @param uart takes bytes at offsets 0 to 7
     * @param stride bytes, a power of two
     */
    StridedRegion(Region uart, int stride) {
        this.uart = uart;
        this.stride = stride;
    }

    @Override
    public long read(long offset, int width) {
        return answers(offset, width) ? uart.read(offset / stride, 1) : OPEN_BUS;
    }

    @Override
    public void write(long offset, int width, long value) {
        if (answers(offset, width)) {
            uart.write(offset / stride, 1, value & 0xFF);
        }
    }

    private boolean answers(long offset, int width) {
        return width <= stride && (offset & stride - 1) == 0;
    }
}
