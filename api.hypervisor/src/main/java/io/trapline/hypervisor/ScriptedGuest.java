package io.trapline.hypervisor;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A guest written in Java, for the simulator. Published as an OSGi service with the property {@value #NAME};
 * the simulator runs the one that its option {@code guest} names.
 */
@ConsumerType
public interface ScriptedGuest {
    /** Service property: the name by which a machine asks for it. */
    String NAME = "guest";

    /**
     * What one vCPU does. Called once per vCPU, by its thread; returning ends that vCPU. When all have returned
     * the machine stops ({@link VmStop.Kind#SHUTDOWN}).
     *
     * @param cpu the processor; its methods throw an unchecked exception, not to be caught, when the machine
     *     is reset or closed
     */
    void run(Cpu cpu);

    /** A processor as a scripted guest sees it. Each access becomes a request and blocks until answered. */
    interface Cpu {
        /** This processor's number, from 0. */
        int id();

        /** Reads a port: {@code width} 1, 2 or 4 bytes; the answer zero-extended. */
        long in(int port, int width);

        /** Writes a port: {@code width} 1, 2 or 4 bytes. */
        void out(int port, int width, long value);

        /** Reads an address: RAM directly, anything else as a memory request; width 1, 2, 4 or 8. */
        long load(long address, int width);

        /** Writes an address: RAM directly, anything else as a memory request; width 1, 2, 4 or 8. */
        void store(long address, int width, long value);

        /** Reads PCI configuration space by a decoded request, as under ACRN; width 1, 2 or 4. */
        int readConfiguration(int bus, int device, int function, int register, int width);

        /** Writes PCI configuration space by a decoded request, as under ACRN; width 1, 2 or 4. */
        void writeConfiguration(
                int bus, int device, int function, int register, int width, int value);

        /** Blocks until the line is high; returns at once if it is. */
        void awaitInterrupt(int gsi);

        /** Whether the line is high. */
        boolean interrupt(int gsi);

        /** Blocks until a message-signalled interrupt has arrived, and takes it; the message's data. */
        int awaitMessage();

        /** Nanoseconds of the simulator's clock: the host's, or manual. */
        long nanoTime();
    }
}
