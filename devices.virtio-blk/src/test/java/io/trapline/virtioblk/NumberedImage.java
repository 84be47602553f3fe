package io.trapline.virtioblk;

import io.trapline.linux.IoVector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A disk whose every sector reads as its number, and that fails where it is told to; it keeps a list of its calls. */
final class NumberedImage implements Image {
    long length = 1 << 20;
    long broken = -1;
    int flushes;
    boolean erases;
    Error fault; // a programmer's, or the virtual machine's; null: none
    int alignment = 512;
    boolean tells;
    Runnable meanwhile = () -> {}; // before each call
    boolean closed;
    short[] lifetime; // null: not known
    Throwable lengthRefused; // null: not
    long atHand; // bytes that are, from the start of any request
    final List<String> calls = new ArrayList<>();

    private void note(String call) {
        calls.add(call);
        meanwhile.run();
    }

    private void refuseBroken(long position, String why) throws IOException {
        if (fault != null) {
            throw fault;
        }
        if (position == broken) {
            throw new IOException(why);
        }
    }

    private static void fill(IoVector target, long position, long count) {
        ByteBuffer number = ByteBuffer.allocateDirect(1);
        for (long i = 0; i < count; i++) {
            target.put(number.put(0, (byte) ((position + i) / 512)));
        }
    }

    @Override
    public long length() throws IOException {
        if (lengthRefused instanceof IOException e) {
            throw e;
        } else if (lengthRefused instanceof RuntimeException e) {
            throw e;
        } else if (lengthRefused instanceof Error e) {
            throw e;
        }
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
    public void read(IoVector target, long position) throws IOException {
        note("read " + position + "+" + target.length());
        refuseBroken(position, "on purpose");
        fill(target, position, target.length());
    }

    @Override
    public boolean tellsWhatIsAtHand() {
        return tells;
    }

    @Override
    public long readAtHand(IoVector target, long position) {
        if (fault != null) {
            throw fault;
        }
        long count = Math.min(atHand, target.length());
        fill(target, position, count);
        return count;
    }

    @Override
    public void write(IoVector source, long position) throws IOException {
        note("write " + position + "+" + source.length());
        refuseBroken(position, "no space left on device");
        source.skip(source.length());
    }

    @Override
    public void flush() {
        note("flush");
        flushes++;
    }

    @Override
    public void zero(long position, long length, boolean unmap) {
        note("zero " + position + "+" + length + (unmap ? " unmap" : ""));
    }

    @Override
    public void discard(long position, long length) {
        note("discard " + position + "+" + length);
    }

    @Override
    public int discardAlignment() {
        return alignment;
    }

    @Override
    public boolean canErase() {
        return erases;
    }

    @Override
    public void erase(long position, long length) {
        note("erase " + position + "+" + length);
    }

    @Override
    public boolean hasLifetime() {
        return lifetime != null;
    }

    @Override
    public short[] lifetime() {
        return lifetime;
    }

    @Override
    public String description() {
        return "numbered";
    }

    @Override
    public void close() {
        closed = true;
    }
}
