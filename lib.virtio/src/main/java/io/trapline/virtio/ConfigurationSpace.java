package io.trapline.virtio;

/** VIRTIO 1.2, §2.5: what a device tells in its configuration space, and by which a driver sees that it has changed. */
final class ConfigurationSpace {
    private static final int BITS =
            0xFF; // §4.1.4.3: what a driver on the PCI bus sees of the generation

    private final VirtioDevice device;
    private int generation;
    private int seen; // when the driver last asked

    ConfigurationSpace(VirtioDevice device) {
        this.device = device;
    }

    long read(long offset, int width) {
        return offset + width <= device.configurationLength()
                ? device.readConfiguration((int) offset, width)
                : -1L; // nothing is there
    }

    void write(long offset, int width, long value) {
        if (offset + width <= device.configurationLength()) {
            device.writeConfiguration((int) offset, width, value);
        }
    }

    /** §4.1.4.3.1: another generation than the driver has seen, however many changes there were. */
    void changed() {
        generation++;
        if (((generation ^ seen) & BITS) == 0) {
            generation++;
        }
    }

    /** The driver asks for it. */
    int takeGeneration() {
        seen = generation;
        return generation;
    }

    int generation() {
        return generation;
    }

    int seen() {
        return seen;
    }

    void restore(int savedGeneration, int savedSeen) {
        generation = savedGeneration;
        seen = savedSeen;
    }
}
