package io.trapline.hypervisor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One virtual machine of a backend. Life: {@link #boot}, {@link #start}, any number of {@link #pause} and
 * {@link #resume} (and {@link #reset} while paused), {@link #close}. Those are called by one thread at a
 * time; {@link #complete}, {@link #interruptLine} and {@link #message} from any thread at any time until
 * {@link #close} has returned, and do nothing after it.
 */
@ConsumerType
public interface VirtualMachine extends AutoCloseable {
    /** The request page: {@link IoRequestSlot#PAGE_LENGTH} bytes, direct, little-endian. */
    ByteBuffer requestPage();

    /** The guest's RAM, in ascending order of addresses; the same list each time. */
    List<RamRange> ram();

    /** The number of vCPUs. */
    int vcpus();

    /**
     * Sets the boot processor's registers. Before {@link #start}, or after {@link #reset}.
     *
     * @param mode its mode
     * @param entry guest-physical address of the first instruction
     * @throws IOException if the host refuses
     */
    void boot(CpuMode mode, long entry) throws IOException;

    /**
     * Lets the vCPUs run; requests may arrive before this returns.
     *
     * @throws IOException if the host refuses; nothing runs then
     */
    void start() throws IOException;

    /**
     * Stops the vCPUs. When this returns none of them runs guest code, nor will before {@link #resume}; a vCPU
     * whose request is not answered yet counts as stopped.
     *
     * @throws IOException if the host refuses
     */
    void pause() throws IOException;

    /**
     * Whether {@link #resume} can follow {@link #pause} without a {@link #reset} between them. ACRN cannot: a
     * paused User VM is only ever reset or destroyed.
     */
    default boolean resumable() {
        return true;
    }

    /**
     * Lets the vCPUs go on.
     *
     * @throws IOException if the host refuses
     */
    void resume() throws IOException;

    /**
     * Sets the vCPUs and the interrupt controllers to power-on, all slots to FREE, and forgets requests that
     * are not answered. Only while paused, and when no {@link #complete} is under way or to come for what was
     * asked before; RAM keeps its contents; {@link #boot} and {@link #resume} follow.
     *
     * @throws IOException if the host refuses
     */
    void reset() throws IOException;

    /**
     * Destroys the machine: stops the vCPUs, takes every thread out of the host's calls, gives back memory and
     * file descriptors. Safe in every state; nothing the second time. No other method may be running but
     * {@link #complete}, {@link #interruptLine} and {@link #message}.
     */
    @Override
    void close();

    /**
     * The answer is in the slot: sets it to COMPLETE, with release, and lets the vCPU go on. At most once per
     * {@link VmEvents#request}; not at all for what a {@link #reset} has made forgotten. The slot is the
     * hypervisor's from then on.
     *
     * @param vcpu the slot's index
     */
    void complete(int vcpu);

    /**
     * A device does not come back, and its request has been answered for it. It may hold a thread that brings
     * requests: who has one such thread for several vCPUs, and finds it in {@link VmEvents#request}, puts
     * another in its place. From any thread.
     */
    default void threadLost() {}

    /**
     * Offers the machine's time to a backend that wants to move it by hand. Called once, before {@link #start}.
     *
     * @param time the machine's time, at 0
     * @return whether it is taken: it then moves only by {@link MachineTime#advance}; false: it follows the
     *     host's clock
     */
    default boolean drive(MachineTime time) {
        return false;
    }

    /** The number of interrupt lines: 24 where a PC's I/O APIC stands behind them. */
    default int interruptLines() {
        return 24;
    }

    /**
     * Sets the level of an interrupt line.
     *
     * @param gsi global system interrupt, 0 to {@link #interruptLines} - 1
     * @param high the level
     */
    void interruptLine(int gsi, boolean high);

    /**
     * Sends a message-signalled interrupt.
     *
     * @param address 0xFEExxxxx
     * @param data the message
     * @return false if the backend refused it
     */
    boolean message(long address, int data);

    /**
     * Prepares a message-signalled interrupt that is sent often, or by somebody else than us (irqfd).
     *
     * @param address 0xFEExxxxx
     * @param data the message
     * @return what sends it, by {@link #message} where the backend has nothing of its own
     */
    default MessageSource messageSource(long address, int data) {
        return new PlainMessageSource(this, address, data);
    }

    /**
     * Has writes to a place signal instead of becoming requests (ioeventfd).
     *
     * @param type {@link IoRequestSlot#PORTIO} or {@link IoRequestSlot#MMIO}
     * @param address port or guest-physical address
     * @param width bytes of the write, 1, 2, 4 or 8
     * @param match the value that signals; empty: any
     * @param rung called by a thread of the backend for one or more writes
     * @return what takes it back; null if this backend cannot: the writes then stay requests
     */
    default Registration doorbell(
            int type, long address, int width, OptionalLong match, Runnable rung) {
        return null;
    }

    /**
     * Whether each doorbell is told of by a thread that has nothing else to do, so that it may be kept for a while.
     */
    default boolean doorbellsHaveThreads() {
        return false;
    }

    /**
     * Lets writes to a place arrive late: as requests, in order, before the next request of any vCPU (KVM's
     * coalesced zones).
     *
     * @param type {@link IoRequestSlot#PORTIO} or {@link IoRequestSlot#MMIO}
     * @param address port or guest-physical address
     * @param length bytes
     * @return what takes it back; null if this backend cannot: the writes then arrive at once
     */
    default Registration posted(int type, long address, int length) {
        return null;
    }
}
