package io.trapline.virtio;

import io.trapline.device.GuestMemory;

/** VIRTIO 1.2, §2.7 and §2.8: how large the parts of a queue are, and on what they must be aligned. */
final class Rings {
    private Rings() {}

    /** What is wrong with a queue as the driver has set it up; null: nothing. */
    static String check(QueueSetup setup, long features, GuestMemory memory) {
        boolean packed = (features & Features.RING_PACKED) != 0;
        int size = setup.size;
        if (size < 1 || size > setup.most || !packed && Integer.bitCount(size) != 1) {
            return "size "
                    + size
                    + ", wanted "
                    + (packed ? "1 to " : "a power of two from 1 to ")
                    + setup.most;
        }
        String fault = part("descriptors", setup.descriptors, 16, 16L * size, memory);
        if (fault == null) {
            fault =
                    part(
                            "driver area",
                            setup.driverArea,
                            packed ? 4 : 2,
                            packed ? 4 : 6 + 2L * size,
                            memory);
        }
        if (fault == null) {
            fault = part("device area", setup.deviceArea, 4, packed ? 4 : 6 + 8L * size, memory);
        }
        return fault;
    }

    private static String part(
            String name, long address, int alignment, long length, GuestMemory memory) {
        String place = name + " at 0x" + Long.toHexString(address);
        if ((address & alignment - 1) != 0) {
            return place + " is not aligned to " + alignment;
        }
        return memory.contains(address, length) ? null : place + "+" + length + " is not RAM";
    }
}
