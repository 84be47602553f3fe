package io.trapline.oracle;

/** How a driver reaches a disk's registers: over the PCI bus, or in memory (VIRTIO 1.2, 4.1 and 4.2). */
interface DiskBus {
    /** Brings the transport from any state to that in which each case begins; the device is reset. */
    void prologue();

    int status();

    void status(int value);

    /** 32 of the features offered. */
    int offered(int select);

    void accept(int select, int features);

    /** How large a queue may be; selects it. */
    int most(int queue);

    /**
     * Sets a queue up and enables it.
     *
     * @return what its registers say then
     */
    String enable(int queue, int size, long descriptors, long driver, long device);

    /**
     * Stops a queue, so that it can be set up anew.
     *
     * @return what its registers say then
     */
    String stop(int queue);

    /** Whether a queue that was stopped goes on where it was: QEMU's in memory. */
    boolean keepsPlace();

    void notify(int queue);

    /** Reads why there was an interrupt, and acknowledges it. */
    int takeInterrupt();

    int generation();

    long configuration(int offset, int width);

    void configuration(int offset, int width, long value);

    /** Whether its interrupt line is high, as of the last command. */
    boolean line();

    /** How many registers {@link #register} knows. */
    int registers();

    /** Reads a register that has no side effect; its name and value. */
    String register(int row);
}
