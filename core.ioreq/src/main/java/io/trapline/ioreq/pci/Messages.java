package io.trapline.ioreq.pci;

/** Where a function's messages go. */
@FunctionalInterface
interface Messages {
    /** Sends one; it is a write to memory, so not without the right to do that (Command bit 2). */
    void send(long address, int data);
}
