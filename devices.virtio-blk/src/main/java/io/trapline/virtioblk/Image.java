package io.trapline.virtioblk;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Where sectors are kept. Called by several threads at once, and each call may take as long as the host's disk does.
 * What a host refuses is an {@link IOException}, whose message is for an administrator.
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

    /** Reads from a position on until the buffer is full. */
    void read(ByteBuffer target, long position) throws IOException;

    /** Writes all that remains in the buffer from a position on. */
    void write(ByteBuffer source, long position) throws IOException;

    /** Returns when everything that was written before is on the disk, as far as the host can know. */
    void flush() throws IOException;

    /**
     * Makes a range read as zeroes.
     *
     * @param unmap whether its space may be given back to the host
     */
    void zero(long position, long length, boolean unmap) throws IOException;

    /** Gives the space of a range back to the host, if that is possible; it then reads as zeroes. */
    void discard(long position, long length) throws IOException;

    /** One line for an administrator. */
    String description();

    @Override
    void close();
}
