package io.trapline.virtioblk;

import java.nio.ByteBuffer;

/** A disk that reads zeroes and drops what is written: for measurements. */
final class NullImage implements Image {
    private static final int CHUNK = 1 << 16;
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(CHUNK).asReadOnlyBuffer();

    private long length;

    NullImage(long length) {
        this.length = length;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public void resize(long bytes) {
        length = bytes;
    }

    @Override
    public boolean readOnly() {
        return false;
    }

    @Override
    public void read(ByteBuffer target, long position) {
        while (target.hasRemaining()) {
            int part = Math.min(target.remaining(), CHUNK);
            target.put(target.position(), ZEROES, 0, part);
            target.position(target.position() + part);
        }
    }

    @Override
    public void write(ByteBuffer source, long position) {
        source.position(source.limit());
    }

    @Override
    public void flush() {
        // nothing is kept
    }

    @Override
    public void zero(long position, long length, boolean unmap) {
        // it is
    }

    @Override
    public void discard(long position, long length) {
        // it is
    }

    @Override
    public String description() {
        return "null, " + length + " bytes";
    }

    @Override
    public void close() {
        // nothing is open
    }
}
