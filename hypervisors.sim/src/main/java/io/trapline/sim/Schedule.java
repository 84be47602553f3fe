package io.trapline.sim;

/** Who decides when a vCPU's thread runs: the host, or a test that steps. */
interface Schedule {
    /** As {@link #pass}, when the vCPU's thread has started. */
    void begin(SimCpu cpu);

    /**
     * Returns once the vCPU may run guest code: the machine runs and what the vCPU waits for is there.
     *
     * @throws GuestStopped if the machine is stopped; the vCPU must not touch its slot any more
     */
    void pass(SimCpu cpu);

    /** After an access that needs no answer: RAM, a line's level, the clock. */
    void tick(SimCpu cpu);

    /** The script of this vCPU is over; its thread ends. */
    void ended(SimCpu cpu);

    /** The machine is stopped: has the vCPU leave its script. */
    void leave(SimCpu cpu);

    /** Nanoseconds of the machine's clock. */
    long nanoTime();
}
