package io.trapline.oracle;

import java.util.List;

/** One thing that a driver does, with all that was drawn for it. What makes no sense at its moment is left out. */
sealed interface DiskAction {
    /** Whether it is for a driver at work, whatever the bus. */
    default boolean ofQueues() {
        return this instanceof Submit
                || this instanceof Settle
                || this instanceof Kick
                || this instanceof Suppress
                || this instanceof WriteCache
                || this instanceof Resize
                || this instanceof ResetQueue
                || this instanceof Abandon;
    }

    /**
     * Resets the device, negotiates, sets the queues up, and says DRIVER_OK.
     *
     * @param wish which of the features that both offer are chosen
     * @param messages whether MSI-X is used
     * @param seed of sizes, places and vectors
     */
    record Negotiate(long wish, boolean messages, long seed) implements DiskAction {}

    /** Makes requests available, and notifies now or when they are waited for. */
    record Submit(int queue, List<DiskRequest> requests, boolean told) implements DiskAction {}

    /** Waits for all requests. */
    record Settle() implements DiskAction {}

    /** Notifies, whether there is a reason or not. */
    record Kick(int queue) implements DiskAction {}

    /** Says when an interrupt is wanted: always, never, or after so many buffers. */
    record Suppress(int queue, int mode, int after) implements DiskAction {}

    /** Reads the device's configuration. */
    record ReadConfig(int offset, int width) implements DiskAction {}

    /** Chooses write-back or write-through. */
    record WriteCache(int value) implements DiskAction {}

    /** Reads a register of the transport. */
    record ReadRegister(int row) implements DiskAction {}

    /** Reads why there was an interrupt, and acknowledges it. */
    record TakeInterrupt() implements DiskAction {}

    /** Gives up: FAILED, or only a reset. */
    record GiveUp(boolean failed) implements DiskAction {}

    /** Resets the device, with these requests in flight and whatever else is. */
    record Abandon(Submit last) implements DiskAction {}

    /** Another size, by the administrator. */
    record Resize(int sectors) implements DiskAction {}

    /** Masks a vector, or takes the mask away; vector -1: all of the function. */
    record Mask(int vector, boolean masked) implements DiskAction {}

    /** Writes a table entry, while it is masked. */
    record SetMessage(int vector, int data) implements DiskAction {}

    /** Switches MSI-X on or off, whatever was negotiated with; the table is written if it never was. */
    record Messages(boolean on, long seed) implements DiskAction {}

    /** Reads the table and the pending bits. */
    record ReadVectors() implements DiskAction {}

    /** Gives a queue, or the configuration (-1), another vector. */
    record Route(int queue, int vector) implements DiskAction {}

    /** Stops one queue, and sets it up again: QueueReset where that was negotiated, QueueReady in memory. */
    record ResetQueue(int queue, long seed) implements DiskAction {}

    /** Reads the PCI header. */
    record ReadHeader(int offset, int width) implements DiskAction {}

    /** Writes a register of the PCI header that has no meaning here, or asks a BAR for its length. */
    record WriteHeader(int offset, int width, int value) implements DiskAction {}

    /** Moves the registers elsewhere. */
    record MoveBars(int place) implements DiskAction {}

    /** Reads through the window in configuration space. */
    record ReadWindow(int offset, int width) implements DiskAction {}
}
