package io.trapline.hypervisor;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A machine's time, in the hands of a backend that moves it ({@link VirtualMachine#drive}). In nanoseconds since
 * the machine was created. By one thread at a time, never from {@link VmEvents#request}.
 */
@ProviderType
public interface MachineTime {
    /** What {@link #nextDeadline} gives when no timer is armed. */
    long NEVER = Long.MAX_VALUE;

    /** Now. From any thread. */
    long now();

    /** The earliest deadline of an armed timer, which may have passed; {@link #NEVER} if there is none. */
    long nextDeadline();

    /**
     * Moves the time. Each timer whose deadline comes on the way, those armed meanwhile included, expires when the
     * time stands at its deadline, one after the other, and its device's task has run before the time goes on. A
     * task that hangs is waited for only as long as an administrator would. While the machine is paused, or is
     * over, nothing moves.
     *
     * @param to nanoseconds since the machine was created; in the past: nothing moves, and what is due expires
     * @return now
     */
    long advance(long to);
}
