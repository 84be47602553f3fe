package io.trapline.device;

import org.osgi.annotation.versioning.ProviderType;

/**
 * An ordinary function on the PCI bus (type 00h of PCI Local Bus 3.0, section 6.1), whose configuration space the
 * machine keeps: the device says what is in it and answers what is behind it. {@link Board#endpoint} makes one.
 *
 * <p>Registers and capabilities are added in {@link Device#install} only. The machine sets configuration space to
 * power-on values before {@link Device#reset}; a successor finds it as the guest has programmed it, so neither is a matter
 * of the device's state. It has to lay its function out alike: with another identity, other registers or capabilities
 * in the same place the swap is refused, since the guest's driver would go on with what is not there any more.
 */
@ProviderType
public interface PciEndpoint {
    /** Its place on the bus. */
    PciAddress address();

    /**
     * Adds a base address register. The claim is mapped where the guest writes it, while the guest has the space
     * enabled (Command bits 0 and 1), and wherever that is free.
     *
     * @param index 0 to 5; a 64-bit register takes {@code index + 1} too
     * @param kind what it decodes
     * @param length bytes, a power of two
     * @param region who answers
     * @return the claim; it moves by itself
     * @throws IllegalArgumentException if the register is taken or the length makes no sense
     */
    Claim bar(int index, PciBar kind, long length, Region region);

    /**
     * Adds a capability whose registers never change.
     *
     * @param id Capability ID
     * @param contents what follows the ID and the pointer to the next
     * @return its offset in configuration space, a multiple of 4
     * @throws IllegalArgumentException if there is no room for it
     */
    int capability(int id, byte[] contents);

    /**
     * Adds a capability whose registers the device answers.
     *
     * @param id Capability ID
     * @param length bytes in all, the ID and the pointer included; the device answers up to the next multiple of 4
     * @param registers asked for accesses from offset 2 on, counted from the capability's start; never wider than 4
     *     bytes, never across a doubleword
     * @return its offset in configuration space, a multiple of 4
     * @throws IllegalArgumentException if there is no room for it
     */
    int capability(int id, int length, Region registers);

    /**
     * Gives it an interrupt pin, INTA#. The level is held back while the guest has disabled it (Command bit 10) or
     * has messages enabled; Interrupt Status tells it all the same.
     *
     * @return the line, shared with other functions as the bus is wired
     */
    InterruptLine pin();

    /**
     * Adds MSI-X, with its table and pending bits in a base address register of their own.
     *
     * @param index of the base address register, 0 to 5; 32 bits wide
     * @param count number of vectors, 1 to 2048
     * @return its messages
     */
    PciVectors msix(int index, int count);

    /**
     * Adds MSI, with 64-bit addresses and a mask bit for each message.
     *
     * @param count number of messages: 1, 2, 4, 8, 16 or 32
     * @return its messages
     */
    PciVectors msi(int count);

    /** Whether the guest lets it reach memory (Command bit 2); a message is a write to memory too, and dropped. */
    boolean busMaster();

    /**
     * Names who is told when the guest gives or takes the right to reach memory: a kernel that starts another takes
     * it from every device, so that none writes where the other is. Not told at power-on, and not of what a successor
     * finds.
     *
     * @param changed run under the baton, before the guest's write is answered; {@link #busMaster} says what it is now
     */
    void onBusMaster(Runnable changed);
}
