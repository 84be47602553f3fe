package io.trapline.virtioblk;

import io.trapline.linux.IoVector;
import java.io.IOException;

/**
 * Where sectors are kept. Called by several threads at once, and each call may take as long as the host's disk does.
 * What a host refuses is an {@link IOException}, whose message is for an administrator. Positions and lengths are
 * bytes, multiples of 512.
 */
interface Image extends AutoCloseable {
    /** Bytes; a multiple of 512 are shown to the guest. May change. */
    long length() throws IOException;

    /**
     * Makes it longer, with zeroes at its end, or shorter.
     *
     * @param length bytes, more than 0
     */
    void resize(long length) throws IOException;

    /** Whether it is for reading only. */
    boolean readOnly();

    /** Reads from a position on until the vector is full. */
    void read(IoVector target, long position) throws IOException;

    /**
     * Reads from a position on what the host has at hand, and waits for no disk.
     *
     * @return how many bytes; 0: none, or that is not known
     */
    default long readAtHand(IoVector target, long position) throws IOException {
        return 0;
    }

    /** Whether {@link #readAtHand} finds what is at hand. */
    default boolean tellsWhatIsAtHand() {
        return false;
    }

    /** Whether no call ever waits for anything. */
    default boolean isInstant() {
        return false;
    }

    /** Writes all of the vector from a position on. */
    void write(IoVector source, long position) throws IOException;

    /** Returns when everything that was written before is on the disk, as far as the host can know. */
    void flush() throws IOException;

    /**
     * Makes a range read as zeroes.
     *
     * @param unmap whether its space may be given back to the host
     */
    void zero(long position, long length, boolean unmap) throws IOException;

    /** Gives the space of a range back to the host, as far as that is possible; it then reads as anything. */
    void discard(long position, long length) throws IOException;

    /** The least that can be given back, bytes. */
    default int discardAlignment() {
        return 512;
    }

    /** Whether {@link #erase} can keep what it promises. */
    default boolean canErase() {
        return false;
    }

    /** Destroys the data of a range, every copy of it. */
    default void erase(long position, long length) throws IOException {
        throw new IOException("no secure erase");
    }

    /** Whether {@link #lifetime} says anything. Stays as it is. */
    default boolean hasLifetime() {
        return false;
    }

    /** §5.2.6: pre_eol_info, device_lifetime_est_typ_a and _b, 0: not defined. For reading only. */
    default short[] lifetime() {
        return new short[3];
    }

    /** One line for an administrator. */
    String description();

    @Override
    void close();
}
