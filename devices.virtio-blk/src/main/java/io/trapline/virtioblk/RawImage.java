package io.trapline.virtioblk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;

/** A file or a block device of the host, sector after sector; locked, so that no two machines write one. */
final class RawImage implements Image {
    private static final int CHUNK = 1 << 16;
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(CHUNK).asReadOnlyBuffer();
    private static final int SECTOR = 512;

    private final Path path;
    private final boolean readOnly;
    private final FileChannel channel;

    private RawImage(Path path, boolean readOnly, FileChannel channel) {
        this.path = path;
        this.readOnly = readOnly;
        this.channel = channel;
    }

    /**
     * Opens an image.
     *
     * @throws IOException if it is not there, or may not be used so, or is in use
     */
    static RawImage open(Path path, boolean readOnly) throws IOException {
        Set<OpenOption> options = new java.util.HashSet<>(EnumSet.of(StandardOpenOption.READ));
        if (!readOnly) {
            options.add(StandardOpenOption.WRITE);
        }
        if (Files.isDirectory(path)) {
            throw new IOException(
                    "image " + path + " is a folder, wanted a file or a block device");
        }
        FileChannel channel = FileChannel.open(path, options);
        try {
            lock(path, channel, readOnly);
            return new RawImage(path, readOnly, channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Many may read one image, or one may write it. */
    private static void lock(Path path, FileChannel channel, boolean shared) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) {
            lock = null; // by another device of this process
        }
        if (lock == null) {
            throw new IOException(
                    "image "
                            + path
                            + " is in use by another machine; "
                            + (shared
                                    ? "it writes there"
                                    : "wanted alone, or readonly=true in both"));
        }
    }

    @Override
    public long length() throws IOException {
        long size = channel.size();
        Path sectors =
                Path.of("/sys/class/block", path.toRealPath().getFileName().toString(), "size");
        return size == 0 && Files.isReadable(sectors)
                ? Long.parseLong(Files.readString(sectors).trim()) * SECTOR
                : size;
    }

    @Override
    public void resize(long bytes) throws IOException {
        long before = length();
        if (bytes == before) {
            return;
        } else if (readOnly || channel.size() == 0 && before != 0) {
            throw new IOException(
                    "image "
                            + path
                            + " has "
                            + before
                            + " bytes and cannot have "
                            + bytes
                            + (readOnly ? ": it is read-only" : ": it is a block device"));
        } else if (bytes < before) {
            channel.truncate(bytes);
        } else {
            write(ByteBuffer.allocate(1), bytes - 1);
        }
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public void read(ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int count = channel.read(target, at);
            if (count < 0) {
                throw new EOFException("the image ends at " + at);
            }
            at += count;
        }
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        long at = position;
        while (source.hasRemaining()) {
            at += channel.write(source, at);
        }
    }

    @Override
    public void flush() throws IOException {
        channel.force(false);
    }

    @Override
    public void zero(long position, long length, boolean unmap) throws IOException {
        ByteBuffer zeroes = ZEROES.duplicate();
        for (long done = 0; done < length; ) {
            zeroes.clear().limit((int) Math.min(CHUNK, length - done));
            done += zeroes.remaining();
            write(zeroes, position + done - zeroes.remaining());
        }
    }

    /** A hint; the space stays. */
    @Override
    public void discard(long position, long length) {
        // what is not given back reads as it was, which a discard allows
    }

    @Override
    public String description() {
        return path + (readOnly ? ", read-only" : "");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
