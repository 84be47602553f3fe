package io.trapline.sim;

/** Who decides when a vCPU's thread runs: the host, or a test that steps. */
interface Schedule {
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

    /** A vCPU has died: the others of its machine are to stop too. */
    void stopping(PowerOn life);

    /** Nanoseconds of the machine's clock. */
    long nanoTime();
}
