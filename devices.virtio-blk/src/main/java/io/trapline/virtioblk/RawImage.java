package io.trapline.virtioblk;

import io.trapline.linux.HostFailure;
import io.trapline.linux.HostFile;
import io.trapline.linux.IoVector;
import io.trapline.linux.Libc;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * A file or a block device of the host, sector after sector; locked, so that no two machines write one. What the host
 * does not know (holes, zeroes without writing) is tried once, and then done without.
 */
final class RawImage implements Image {
    private static final int CHUNK = 1 << 18;
    private static final int SECTOR = 512;
    private static final int ALIGNED = 1 << 16;
    private static final ByteBuffer ZEROES =
            ByteBuffer.allocateDirect(CHUNK + ALIGNED).alignedSlice(ALIGNED).asReadOnlyBuffer();

    /** As many as read and write at a time: the workers, and the baton. */
    private static final int TRANSFERS = 17;

    private final HostFile file;
    private final Options options;
    private final DirectTransfers direct; // null: by way of the host's page cache
    private final boolean erases;
    private final Lifetime lifetime;
    private final boolean worn; // so much is known
    private final Queue<Zeroes> zeroesToWrite = new ArrayBlockingQueue<>(TRANSFERS); // used again
    private volatile boolean punches = true;
    private volatile boolean zeroes = true;
    private volatile boolean discards = true;
    private volatile IOException lost; // a flush has failed: what was written before may be gone

    /**
     * How an image is used.
     *
     * @param readOnly whether nothing is written
     * @param direct whether the host's page cache is passed by
     * @param overwrite whether to overwrite a range destroys what was there, which the administrator knows
     */
    record Options(boolean readOnly, boolean direct, boolean overwrite) {}

    /** What is written where the host makes no zeroes. By one thread at a time. */
    private static final class Zeroes {
        private final ByteBuffer memory = ZEROES.duplicate();
        private final IoVector vector = new IoVector();

        IoVector of(int length) {
            vector.clear().add(memory.limit(length).position(0));
            return vector;
        }
    }

    private RawImage(HostFile file, Options options) throws IOException {
        this.file = file;
        this.options = options;
        direct = options.direct() ? new DirectTransfers(file, TRANSFERS) : null;
        erases = !options.readOnly() && (options.overwrite() || file.canErase());
        lifetime = new Lifetime(file.described(), System::nanoTime);
        worn = lifetime.isKnown();
    }

    /** Opens an image by way of the host's page cache. */
    static RawImage open(Path path, boolean readOnly) throws IOException {
        return open(path, new Options(readOnly, false, false));
    }

    /** Opens an image that nobody else is to let go of first. */
    static RawImage open(Path path, Options options) throws IOException {
        return open(path, options, ImageFile.Patience.NONE);
    }

    /**
     * Opens an image.
     *
     * @throws IOException if it is not there, or may not be used so, or is in use
     */
    static RawImage open(Path path, Options options, ImageFile.Patience patience)
            throws IOException {
        return ImageFile.open(path, options, patience, file -> of(file, options));
    }

    private static RawImage of(HostFile file, Options options) throws IOException {
        if (file.size() % file.alignment() != 0) {
            throw new IOException(
                    "image %s has %d bytes; direct=true wants a multiple of %d here"
                            .formatted(file.path(), file.size(), file.alignment()));
        }
        return new RawImage(file, options);
    }

    @Override
    public long length() throws IOException {
        return file.size();
    }

    @Override
    public void resize(long bytes) throws IOException {
        long before = length();
        if (bytes == before) {
            return;
        } else if (options.readOnly() || file.isBlockDevice() || bytes % file.alignment() != 0) {
            throw new IOException(
                    "image %s has %d bytes and cannot have %d: %s"
                            .formatted(
                                    file.path(),
                                    before,
                                    bytes,
                                    options.readOnly()
                                            ? "it is read-only"
                                            : file.isBlockDevice()
                                                    ? "it is a block device"
                                                    : "direct=true wants a multiple of "
                                                            + file.alignment()));
        }
        file.truncate(bytes);
    }

    @Override
    public boolean readOnly() {
        return options.readOnly();
    }

    @Override
    public void read(IoVector target, long position) throws IOException {
        if (direct != null) {
            direct.read(target, position);
        } else {
            file.read(target, position);
        }
    }

    @Override
    public long readAtHand(IoVector target, long position) throws IOException {
        return direct != null ? 0 : file.readAtHand(target, position);
    }

    @Override
    public boolean tellsWhatIsAtHand() {
        return direct == null && file.tellsWhatIsAtHand();
    }

    @Override
    public void write(IoVector source, long position) throws IOException {
        if (direct != null) {
            direct.write(source, position);
        } else {
            file.write(source, position);
        }
    }

    /** After a failed fdatasync Linux takes pages for clean that are not on the disk: the next would say all is well. */
    @Override
    public void flush() throws IOException {
        if (lost != null) {
            throw new IOException(
                    "refused, since an earlier flush failed and what was written before may be"
                            + " lost; check the host's disk, then configure this one anew",
                    lost);
        }
        try {
            file.sync();
        } catch (IOException e) {
            lost = e;
            throw e;
        }
    }

    // ---- Space

    @Override
    public void zero(long position, long length, boolean unmap) throws IOException {
        if (length == 0) {
            return;
        } else if (position + length > file.size()) {
            throw new EOFException("the image ends at " + file.size());
        }
        long stamp = direct != null ? direct.begin() : 0;
        boolean done;
        try {
            done = unmap && punched(position, length) || zeroed(position, length);
        } finally {
            if (direct != null) {
                direct.end(stamp);
            }
        }
        if (!done) {
            writeZeroes(position, length);
        }
    }

    private boolean punched(long position, long length) throws IOException {
        if (punches) {
            try {
                file.punch(position, length);
                return true;
            } catch (HostFailure e) {
                punches = !unknown(e);
            }
        }
        return false;
    }

    private boolean zeroed(long position, long length) throws IOException {
        if (zeroes) {
            try {
                file.zero(position, length);
                return true;
            } catch (HostFailure e) {
                zeroes = !unknown(e);
            }
        }
        return false;
    }

    /** Whether the host does not know it at all; false: not for this range. Anything else is an error. */
    private static boolean unknown(HostFailure e) throws HostFailure {
        if (!e.isUnsupported() && e.errno() != Libc.EINVAL) {
            throw e;
        }
        return e.isUnsupported();
    }

    private void writeZeroes(long position, long length) throws IOException {
        Zeroes kept = zeroesToWrite.poll();
        Zeroes source = kept != null ? kept : new Zeroes();
        try {
            for (long done = 0; done < length; ) {
                int part = (int) Math.min(CHUNK, length - done);
                write(source.of(part), position + done);
                done += part;
            }
        } finally {
            zeroesToWrite.offer(source);
        }
    }

    /** As much of it as the host gives back; the ends that are shorter stay as they are. */
    @Override
    public void discard(long position, long length) throws IOException {
        int least = file.discardAlignment();
        long first = (position + least - 1) / least * least;
        long end = (position + length) / least * least;
        if (!discards || first >= end) {
            return;
        }
        long stamp = direct != null ? direct.begin() : 0;
        try {
            file.discard(first, end - first);
        } catch (HostFailure e) {
            discards = !unknown(e);
        } finally {
            if (direct != null) {
                direct.end(stamp);
            }
        }
    }

    @Override
    public int discardAlignment() {
        return Math.max(SECTOR, file.discardAlignment());
    }

    @Override
    public boolean canErase() {
        return erases;
    }

    @Override
    public void erase(long position, long length) throws IOException {
        if (options.overwrite()) {
            writeZeroes(position, length);
            flush();
        } else if (length > 0) {
            file.erase(position, length);
        }
    }

    @Override
    public boolean hasLifetime() {
        return worn;
    }

    @Override
    public short[] lifetime() {
        return lifetime.now();
    }

    @Override
    public String description() {
        return file.path()
                + (file.isBlockDevice() ? ", block device" : "")
                + (options.readOnly() ? ", read-only" : "")
                + (direct != null ? ", direct, " + direct.buffers() + " bounce buffers" : "")
                + (lost != null ? ", a flush has failed: " + lost.getMessage() : "");
    }

    @Override
    public void close() {
        file.close();
    }
}
