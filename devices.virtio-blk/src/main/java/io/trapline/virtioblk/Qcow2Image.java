package io.trapline.virtioblk;

import io.trapline.linux.HostFile;
import io.trapline.linux.IoVector;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * QEMU's {@code docs/interop/qcow2.txt}, for reading: clusters that are written, compressed by zlib, zero or absent. No
 * reference count is looked at. Tables are read when they are needed, eight bytes at a time, from the host's page
 * cache: nothing of an image that means harm is kept, or trusted. What makes no sense is an error of that request.
 */
final class Qcow2Image implements Image {
    // spotless:off
    private static final long OFFSET     = 0x00FF_FFFF_FFFF_FE00L;
    private static final long L1_UNKNOWN = 0x7F00_0000_0000_01FFL;
    private static final long L2_UNKNOWN = 0x3F00_0000_0000_01FEL;
    private static final long COMPRESSED = 1L << 62, ZERO = 1;
    // spotless:on

    private static final int SECTOR = 512;
    private static final int ENTRY = 8;
    private static final int READERS = 17;

    private static final int CHUNK = 1 << 16; // of what is inflated, in and out

    private final HostFile file;
    private final Qcow2Header header;
    private final BlockingQueue<Scratch> scratches = new ArrayBlockingQueue<>(READERS);

    /** What one reader needs, used again; so much, whatever the image says. */
    private static final class Scratch {
        final IoVector vector = new IoVector();
        final ByteBuffer entry = ByteBuffer.allocateDirect(ENTRY).order(ByteOrder.BIG_ENDIAN);
        final Inflater inflater = new Inflater(true);
        private ByteBuffer packed;
        private ByteBuffer unpacked;

        ByteBuffer packed(long bytes) {
            if (packed == null) {
                packed = ByteBuffer.allocateDirect(CHUNK);
            }
            return packed.limit((int) Math.min(CHUNK, bytes)).position(0);
        }

        ByteBuffer unpacked(int bytes) {
            if (unpacked == null) {
                unpacked = ByteBuffer.allocateDirect(CHUNK);
            }
            return unpacked.limit(Math.min(CHUNK, bytes)).position(0);
        }
    }

    private Qcow2Image(HostFile file) throws IOException {
        this.file = file;
        long there = file.size();
        IoVector vector = new IoVector();
        ByteBuffer first = ByteBuffer.allocateDirect(Qcow2Header.LENGTH);
        vector.add(first.limit((int) Math.min(first.capacity(), there)));
        file.read(vector, 0);
        header = Qcow2Header.read(first.clear());
        if (header.tables() > 0 && header.tablesAt() > there - ENTRY * (long) header.tables()) {
            throw new IOException(
                    "qcow2: its L1 table is at %d of %d bytes: is it all there?"
                            .formatted(header.tablesAt(), there));
        }
    }

    /** Opens an image that nobody else is to let go of first. */
    static Qcow2Image open(Path path) throws IOException {
        return open(path, ImageFile.Patience.NONE);
    }

    /** Opens an image for reading. */
    static Qcow2Image open(Path path, ImageFile.Patience patience) throws IOException {
        return ImageFile.open(
                path, new RawImage.Options(true, false, false), patience, Qcow2Image::new);
    }

    @Override
    public long length() {
        return header.size();
    }

    @Override
    public void resize(long length) throws IOException {
        if (length != header.size()) {
            throw new IOException(
                    "image %s has %d bytes and cannot have %d: qcow2 is for reading only"
                            .formatted(file.path(), header.size(), length));
        }
    }

    @Override
    public boolean readOnly() {
        return true;
    }

    @Override
    public void read(IoVector target, long position) throws IOException {
        if (target.length() > header.size() - position) {
            throw new EOFException("the image ends at " + header.size());
        }
        Scratch scratch = scratches.poll();
        if (scratch == null) {
            scratch = new Scratch();
        }
        try {
            long at = position;
            while (target.length() > 0) {
                int within = (int) (at & header.cluster() - 1);
                int part = (int) Math.min(target.length(), header.cluster() - within);
                readPart(scratch, target, at - within, within, part);
                at += part;
            }
        } finally {
            if (!scratches.offer(scratch)) {
                scratch.inflater.end();
            }
        }
    }

    /** A part of one cluster. */
    private void readPart(Scratch scratch, IoVector target, long cluster, int within, int part)
            throws IOException {
        long entry = entry(scratch, cluster);
        long place = entry & OFFSET;
        if ((entry & COMPRESSED) != 0) {
            inflate(scratch, target, entry, within, part);
        } else if ((entry & L2_UNKNOWN) != 0 || (entry & ZERO) != 0 && header.version() == 2) {
            throw broken("L2 entry", entry, cluster);
        } else if ((entry & ZERO) != 0 || place == 0) {
            target.zero(part);
        } else if ((place & header.cluster() - 1) != 0) {
            throw broken("L2 entry", entry, cluster);
        } else {
            target.moveTo(scratch.vector.clear(), part);
            file.read(scratch.vector, place + within);
        }
    }

    /** The L2 entry of a cluster; 0 where there is no table. */
    private long entry(Scratch scratch, long cluster) throws IOException {
        int indexBits = header.clusterBits() - 3;
        long number = cluster >>> header.clusterBits();
        long table = entryAt(scratch, header.tablesAt() + ENTRY * (number >>> indexBits));
        long place = table & OFFSET;
        if ((table & L1_UNKNOWN) != 0 || (place & header.cluster() - 1) != 0) {
            throw broken("L1 entry", table, cluster);
        } else if (place == 0) {
            return 0;
        }
        return entryAt(scratch, place + ENTRY * (number & (1L << indexBits) - 1));
    }

    private long entryAt(Scratch scratch, long place) throws IOException {
        scratch.vector.clear().add(scratch.entry);
        file.read(scratch.vector, place);
        return scratch.entry.getLong(0);
    }

    /** "Compressed Clusters Descriptor": where, and how many sectors of 512 bytes beyond the first. */
    private void inflate(Scratch scratch, IoVector target, long entry, int within, int part)
            throws IOException {
        int sectorsAt = 62 - (header.clusterBits() - 8);
        long place = entry & (1L << sectorsAt) - 1;
        long sectors = (entry & COMPRESSED - 1) >>> sectorsAt;
        long end = Math.min((place & -SECTOR) + (sectors + 1) * SECTOR, file.size());
        scratch.inflater.reset();
        try {
            inflate(scratch, target, place, end, within, part);
        } catch (DataFormatException e) {
            throw new IOException(
                    "qcow2: compressed cluster at " + place + ": " + e.getMessage(), e);
        }
    }

    private void inflate(
            Scratch scratch, IoVector target, long place, long end, int within, int part)
            throws IOException, DataFormatException {
        Inflater inflater = scratch.inflater;
        long at = place;
        int skip = within;
        for (int left = within + part; left > 0; ) {
            ByteBuffer out = scratch.unpacked(left);
            int count = inflater.inflate(out);
            if (count > 0) {
                int useless = Math.min(skip, count);
                target.put(out.limit(count).position(useless));
                skip -= useless;
                left -= count;
            } else if (inflater.needsInput() && at < end) {
                ByteBuffer packed = scratch.packed(end - at);
                scratch.vector.clear().add(packed);
                file.read(scratch.vector, at);
                at += packed.remaining();
                inflater.setInput(packed);
            } else {
                throw new IOException("qcow2: compressed cluster at " + place + " ends early");
            }
        }
    }

    private static IOException broken(String what, long value, long at) {
        return new IOException("qcow2: %s 0x%x at %d makes no sense".formatted(what, value, at));
    }

    private static IOException readOnlyFormat() {
        return new IOException("qcow2 is for reading only");
    }

    @Override
    public void write(IoVector source, long position) throws IOException {
        throw readOnlyFormat();
    }

    @Override
    public void flush() {
        // nothing is written
    }

    @Override
    public void zero(long position, long length, boolean unmap) throws IOException {
        throw readOnlyFormat();
    }

    @Override
    public void discard(long position, long length) throws IOException {
        throw readOnlyFormat();
    }

    @Override
    public String description() {
        return file.path() + ", qcow2, read-only";
    }

    @Override
    public void close() {
        file.close();
    }
}
