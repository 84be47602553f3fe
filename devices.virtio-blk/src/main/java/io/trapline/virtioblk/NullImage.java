package io.trapline.virtioblk;

import io.trapline.linux.IoVector;

/** A disk that reads zeroes and drops what is written: for measurements. */
final class NullImage implements Image {
    private volatile long length;

    NullImage(long length) {
        if (length < 1 || length % Request.SECTOR != 0) {
            throw new IllegalArgumentException(
                    "image=null:" + length + ", wanted null: and a multiple of 512 bytes");
        }
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
    public boolean isInstant() {
        return true;
    }

    @Override
    public void read(IoVector target, long position) {
        target.zero(target.length());
    }

    @Override
    public void write(IoVector source, long position) {
        source.skip(source.length());
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
    public boolean canErase() {
        return true; // there is no copy
    }

    @Override
    public void erase(long position, long length) {
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
