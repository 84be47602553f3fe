package io.trapline.chardev;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/** An open character device. No method blocks. From one thread at a time, {@link #close} from any. */
@ProviderType
public interface Chardev extends AutoCloseable {
    /** Where the other end is, for an administrator: e.g. {@code tcp:127.0.0.1:4555} or {@code /dev/pts/3}. */
    String description();

    /** Whether somebody is at the other end; a change is told as {@link Listener#readable}. */
    boolean connected();

    /**
     * Names who is told of changes; a call for what is readable already follows at once.
     *
     * @param listener told by threads of the host
     */
    void listen(Listener listener);

    /** The next byte from the other end, 0 to 255; -1 if there is none now. */
    int read();

    /**
     * Sends a byte to the other end, or to the buffer where nobody is there (the oldest go when it is full and
     * nobody is there to read).
     *
     * @param value its low 8 bits
     * @return false if somebody is there but has no room: try again at {@link Listener#writable}
     */
    boolean write(int value);

    /**
     * Holds the line to the other end in the break condition, or lets go of it; nothing where the other end
     * has no way to know.
     *
     * @param on whether the line is held
     */
    default void breaking(boolean on) {}

    /** Gives it back: it waits a grace time for its next user, then closes the connection. */
    @Override
    void close();

    /** Told of changes. The methods may come spuriously, from any thread, and must not block. */
    @ConsumerType
    interface Listener {
        /** {@link #read} has something again. */
        void readable();

        /** {@link #write} has room again, after it had none. */
        void writable();
    }
}
