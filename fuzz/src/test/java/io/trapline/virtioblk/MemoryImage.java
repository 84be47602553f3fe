package io.trapline.virtioblk;

import io.trapline.linux.IoVector;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A disk in memory, which fails when it is told to. Compares as what is on it. */
final class MemoryImage implements Image {
    private final ByteBuffer bytes;
    private final ByteBuffer stable; // what a host would have after it has crashed
    private final boolean readOnly;
    private final boolean instant;
    private int failures; // of the next calls
    private boolean throwing; // something that is not an IOException

    MemoryImage(int length, boolean readOnly, boolean instant) {
        this.instant = instant;
        bytes = ByteBuffer.allocateDirect(length);
        this.readOnly = readOnly;
        for (int i = 0; i < length; i++) {
            bytes.put(i, (byte) (i * 31 + (i >> 9)));
        }
        stable = ByteBuffer.allocateDirect(length).put(0, bytes, 0, length);
    }

    MemoryImage copy() {
        MemoryImage copy = resized(bytes.capacity());
        copy.failures = failures;
        copy.throwing = throwing;
        return copy;
    }

    /** The same disk, longer or shorter; what is new is as at first. */
    MemoryImage resized(int length) {
        MemoryImage other = new MemoryImage(length, readOnly, instant);
        other.bytes.put(0, bytes, 0, Math.min(length, bytes.capacity()));
        other.stable.put(0, other.bytes, 0, length);
        return other;
    }

    /** The next so many calls fail: as a disk does, or as a programmer does. */
    void fail(int count, boolean throwing) {
        failures = count;
        this.throwing = throwing;
    }

    /** Whether the next call fails. */
    boolean isFailing() {
        return failures > 0;
    }

    /** What was there at the last flush. */
    ByteBuffer stable() {
        return stable.duplicate();
    }

    ByteBuffer contents() {
        return bytes.duplicate();
    }

    private void perhapsFail() throws IOException {
        if (failures > 0) {
            failures--;
            if (throwing) {
                throw new IllegalStateException("wanted");
            }
            throw new IOException("wanted");
        }
    }

    @Override
    public long length() {
        return bytes.capacity();
    }

    @Override
    public void resize(long length) throws IOException {
        throw new IOException("not this one");
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public boolean isInstant() {
        return instant;
    }

    @Override
    public boolean canErase() {
        return true;
    }

    @Override
    public void erase(long position, long length) throws IOException {
        zero(position, length, true);
    }

    @Override
    public void read(IoVector target, long position) throws IOException {
        perhapsFail();
        target.put(part(position, target.length()));
    }

    @Override
    public void write(IoVector source, long position) throws IOException {
        perhapsFail();
        source.get(part(position, source.length()));
    }

    private ByteBuffer part(long position, long length) {
        return bytes.slice(Math.toIntExact(position), Math.toIntExact(length));
    }

    @Override
    public void flush() throws IOException {
        perhapsFail();
        stable.put(0, bytes, 0, bytes.capacity());
    }

    @Override
    public void zero(long position, long length, boolean unmap) throws IOException {
        perhapsFail();
        part(position, length).put(new byte[Math.toIntExact(length)]);
    }

    @Override
    public void discard(long position, long length) throws IOException {
        zero(position, length, true);
    }

    @Override
    public boolean hasLifetime() {
        return true;
    }

    @Override
    public short[] lifetime() {
        return new short[] {1, 2, 3};
    }

    @Override
    public String description() {
        return "memory";
    }

    @Override
    public void close() {
        // nothing is open
    }
}
