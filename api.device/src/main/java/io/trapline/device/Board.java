package io.trapline.device;

import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The machine as one device sees it. Claims, lines, timers and doorbells are taken in {@link Device#install}
 * and taken back by the machine when the device goes, whatever it did. {@link #post} may be called from any
 * thread, everything else from {@link Device#install} or under the baton of the device's client.
 */
@ProviderType
public interface Board {
    /** The machine's name. */
    String machine();

    /** The device's name in that machine. */
    String device();

    /**
     * Claims a range of ports.
     *
     * @param first first port, 0 to 0xFFFF
     * @param count number of ports, at least 1
     * @param region who answers
     * @return the claim, mapped
     * @throws IllegalArgumentException if any of it is taken (naming both owners) or out of range
     */
    Claim ports(int first, int count, Region region);

    /**
     * Claims a range of guest-physical addresses outside RAM.
     *
     * @param first first address
     * @param length bytes, at least 1
     * @param region who answers
     * @return the claim, mapped
     * @throws IllegalArgumentException if any of it is taken (naming both owners), is RAM, or wraps
     */
    Claim memory(long first, long length, Region region);

    /**
     * Claims ports that are mapped later by {@link Claim#move}: a PCI I/O base address register.
     *
     * @param count number of ports, a power of two
     * @param region who answers
     * @return the claim, unmapped
     */
    Claim portsUnmapped(int count, Region region);

    /**
     * Claims addresses that are mapped later by {@link Claim#move}: a PCI memory base address register.
     *
     * @param length bytes, a power of two
     * @param region who answers
     * @return the claim, unmapped
     */
    Claim memoryUnmapped(long length, Region region);

    /**
     * Puts an ordinary function on the PCI bus. It has no place of its own: it is at the next device number that
     * is free, and keeps it.
     *
     * @param identity what it says it is
     * @return the function, to be laid out
     * @throws IllegalArgumentException if the bus is full
     */
    PciEndpoint endpoint(PciIdentity identity);

    /**
     * Puts an ordinary function on the PCI bus.
     *
     * @param identity what it says it is
     * @param address its place
     * @return the function, to be laid out
     * @throws IllegalArgumentException if the place is taken, naming both owners
     */
    PciEndpoint endpoint(PciIdentity identity, PciAddress address);

    /**
     * Claims a place on the PCI bus for a function that answers every configuration access itself; most are
     * better off with {@link #endpoint}.
     *
     * @param function who answers configuration accesses
     * @return the claim; it does not move
     * @throws IllegalArgumentException if the place is taken, naming both owners
     */
    Claim pci(PciFunction function);

    /** The places of the PCI bus, for a hot-plug controller. */
    PciSlots slots();

    /**
     * The device's own driver of an interrupt line, lowered. Lines are shared: the pin is high while any device
     * drives it high. Asking again for the same line gives the same object.
     *
     * @param gsi global system interrupt: 0 to 23 on a PC, more where the backend has more
     * @return the line
     * @throws IllegalArgumentException if there is no such line
     */
    InterruptLine interrupt(int gsi);

    /**
     * Sends a message-signalled interrupt; dropped (and counted as unclaimed) if the backend refuses it.
     *
     * @param address 0xFEExxxxx on a PC
     * @param data the message
     */
    void message(long address, int data);

    /** The guest's RAM. */
    GuestMemory memory();

    /** The machine's time. */
    Timers timers();

    /**
     * Has a task run under the baton of the device's client, after what was posted before it. From any thread.
     * Dropped silently once the device is gone. A task that throws counts as a fault of the device.
     *
     * @param task what to run; keep one object and post it again rather than allocate
     */
    void post(Runnable task);

    /**
     * Takes over the answer of the access being served: what {@link Region#read} returns is ignored, and the
     * vCPU waits until the answer is completed. Only inside {@link Region#read} or {@link Region#write}.
     *
     * @return the token; complete it once, from any thread, soon: the vCPU waits
     * @throws IllegalStateException outside an access
     */
    Deferred defer();

    /**
     * Makes a write to one place of a claim ring a bell in place of {@link Region#write}, without an exit where
     * the backend can (ioeventfd). Rings may be merged: several writes, one call.
     *
     * @param claim a claim of this device
     * @param offset bytes from its start
     * @param width bytes of the write that rings, 1, 2, 4 or 8
     * @param match the value that rings; empty: any
     * @param rung called under the baton of the device's client, soon after the write
     * @return the bell; silenced when the claim is unmapped or released
     */
    Doorbell doorbell(Claim claim, long offset, int width, OptionalLong match, Runnable rung);

    /**
     * The same for a device that need not be rung for while somebody watches. Nobody does where the backend has no
     * thread to spare for it.
     *
     * @param listener told, and asked
     */
    default Doorbell doorbell(
            Claim claim, long offset, int width, OptionalLong match, DoorbellListener listener) {
        return doorbell(claim, offset, width, match, () -> listener.rung(false));
    }

    /**
     * Says that a write to this place has no effect until the next access to the device: it may then arrive
     * late, just before that access, in order, and without an exit where the backend can (KVM: coalesced I/O).
     *
     * @param claim a claim of this device
     * @param offset bytes from its start
     * @param width bytes, the zone's length
     */
    void posted(Claim claim, long offset, int width);
}
