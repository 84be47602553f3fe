package io.trapline.chardev;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/** An open character device. No method blocks. From one thread at a time, {@link #close} from any. */
@ProviderType
public interface Chardev extends AutoCloseable {
    /** In what {@link #read} gives: the character came with a wrong parity. */
    int PARITY_ERROR = 1 << 8;

    /** In what {@link #read} gives: the character came without its stop bit. */
    int FRAMING_ERROR = 1 << 9;

    /** In what {@link #read} gives: no character but a break, the line held for longer than one; its byte is 0. */
    int BREAK = 1 << 10;

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

    /**
     * The next byte from the other end, 0 to 255, with {@link #PARITY_ERROR}, {@link #FRAMING_ERROR} or {@link
     * #BREAK} above it where the host has told of one; -1 if there is none now.
     */
    int read();

    /**
     * Sends a byte to the other end, or to the buffer where nobody is there (the oldest go when it is full and
     * nobody is there to read). Somebody who is there but reads nothing is waited for with patience; when that
     * ends, what is sent is dropped until it reads again.
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

    /** How many bytes {@link #write} has taken and nobody will ever get. */
    default long dropped() {
        return 0;
    }

    /** Whether somebody is there and has read nothing for so long that output is dropped. */
    default boolean stalled() {
        return false;
    }

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
