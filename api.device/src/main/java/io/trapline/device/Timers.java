package io.trapline.device;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The machine's time, in nanoseconds since it was created. It stands still while the machine is paused, and
 * moves only by hand in tests. Never use another clock in a model.
 */
@ProviderType
public interface Timers {
    /** Now, nanoseconds of machine time, never going back. From any thread. */
    long now();

    /**
     * A new timer, not armed. Make it in {@link Device#install} and keep it.
     *
     * @param expired called under the baton of the device's client, never before the deadline
     * @return the timer
     */
    Timer timer(Runnable expired);

    /** One deadline. Methods are called under the baton of the device's client; none of them allocates. */
    @ProviderType
    interface Timer {
        /**
         * Arms the timer, replacing an earlier deadline.
         *
         * @param deadline nanoseconds of machine time; in the past: expires as soon as the baton is free
         */
        void at(long deadline);

        /** Disarms the timer: its task does not run any more, even if the deadline has passed. */
        void cancel();

        /** Whether a deadline is ahead, or passed and its task has not run yet. */
        boolean armed();

        /** The deadline last armed, nanoseconds of machine time. */
        long deadline();
    }
}
