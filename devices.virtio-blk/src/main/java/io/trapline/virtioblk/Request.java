package io.trapline.virtioblk;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trapline.device.GuestMemory;
import io.trapline.linux.IoVector;
import io.trapline.virtio.Chain;
import io.trapline.virtio.Virtqueue;
import io.trapline.virtioblk.BlockRegister.Feature;
import io.trapline.virtioblk.BlockRegister.Status;
import io.trapline.virtioblk.BlockRegister.Type;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * VIRTIO 1.2, §5.2.6: one request, from its header to its status. Decoded and given back under the baton, performed
 * by any thread; used again and again.
 *
 * <pre>
 *    0  type  4    4  reserved  4    8  sector  8    16  data    last  status  1
 * </pre>
 */
final class Request implements Runnable {
    static final int HEADER = 16;
    static final int SECTOR = 512;
    static final int ID_LENGTH = 20;
    static final int LIFETIME_LENGTH = 6;
    static final int SEGMENT = 16;
    private static final int UNMAP = 1;

    /** What is short enough to be done under the baton, bytes. */
    private static final long SHORT = 1 << 18;

    /** What is changed in one go, bytes, if the host's blocks are no larger: then it is asked who still waits. */
    private static final long PART = 1 << 24;

    final Chain chain;
    private final Traffic traffic;
    private final Image image;
    private final GuestMemory.Window window;
    private final IoVector data = new IoVector();
    private final ByteBuffer answer = ByteBuffer.allocate(ID_LENGTH).order(LITTLE_ENDIAN);
    private final long[] segments; // of a discard and the like: position, length, flags of each
    Virtqueue queue;
    Request next; // of a list that it is in
    boolean evaded; // it is with a worker because the host is slow
    private int type;
    private final long part; // bytes of a segment that are changed in one go
    private volatile boolean abandoned; // its queue ends, and nobody will hear of it
    private long sector;
    private long length; // of its data
    private int segmentCount;
    private boolean stable; // the write is on the disk when it is over
    private int status;
    private Throwable refusal; // what the host said; null: nothing

    Request(Traffic traffic, Image image, GuestMemory memory, int mostSegments) {
        this.traffic = traffic;
        this.image = image;
        chain = new Chain(memory);
        window = memory.window();
        segments = new long[3 * mostSegments];
        long alignment = image.discardAlignment();
        part = Math.max(PART / alignment, 1) * alignment;
    }

    /** Reads the header; false if there is none, or no room for a status: the driver has broken a rule. */
    boolean decode() {
        if (chain.readable() < HEADER || chain.writable() < 1) {
            return false;
        }
        type = (int) chain.load(0, 4);
        sector = chain.load(8, 8);
        return true;
    }

    /**
     * Its queue ends, and the driver will not hear of it: what it does in parts ends early.
     *
     * @return whether it need not be waited for, since it touches neither the guest's memory nor what is written
     */
    boolean abandon() {
        abandoned = true;
        return type == Type.FLUSH;
    }

    boolean isAbandoned() {
        return abandoned;
    }

    /** Bytes of its data. */
    long length() {
        return length;
    }

    /** Bytes that it costs its disk, for the limits of its rate. To give space back, or to wait, moves none. */
    long cost() {
        return status != Status.OK || type == Type.DISCARD || type == Type.FLUSH ? 0 : length;
    }

    /** Whether it moves little data, and waits for no disk to have it. */
    boolean isShort() {
        return (type == Type.IN || type == Type.OUT && !stable) && length <= SHORT;
    }

    boolean reads() {
        return type == Type.IN;
    }

    /**
     * Checks what the driver asks for, once; true if there is something to do that may take time. Else the status is
     * there already.
     *
     * @param shape what the device is
     * @param features what was negotiated
     * @param writeThrough whether a write is on the disk when it is over
     */
    boolean check(Shape shape, long features, boolean writeThrough) {
        stable = writeThrough;
        abandoned = false;
        segmentCount = 0;
        length = 0;
        answer.clear().limit(0);
        status = (needed() & ~features) == 0 ? Status.OK : Status.UNSUPP;
        refusal = null;
        if (status == Status.OK) {
            check(shape);
        }
        return status == Status.OK && type != Type.GET_ID;
    }

    private void check(Shape shape) {
        switch (type) {
            case Type.IN -> checkRange(chain.writable() - 1, shape);
            case Type.OUT -> {
                checkRange(chain.readable() - HEADER, shape);
                refuseWrites(shape);
            }
            case Type.FLUSH -> {}
            case Type.GET_ID -> {
                checkRoom(ID_LENGTH);
                answer.clear().put(shape.serial()).flip();
            }
            case Type.GET_LIFETIME -> checkRoom(LIFETIME_LENGTH);
            case Type.DISCARD, Type.WRITE_ZEROES, Type.SECURE_ERASE -> {
                refuseWrites(shape);
                checkSegments(shape);
            }
            default -> status = Status.UNSUPP;
        }
    }

    /** §5.2.6.2: the feature without which a type is not supported. A FLUSH does no harm. */
    private long needed() {
        return switch (type) {
            case Type.DISCARD -> Feature.DISCARD;
            case Type.WRITE_ZEROES -> Feature.WRITE_ZEROES;
            case Type.SECURE_ERASE -> Feature.SECURE_ERASE;
            case Type.GET_LIFETIME -> Feature.LIFETIME;
            default -> 0;
        };
    }

    /** §5.2.6.2: nothing is written to a device that is for reading. */
    private void refuseWrites(Shape shape) {
        if (shape.readOnly()) {
            status = Status.IOERR;
        }
    }

    /** §5.2.6: whole sectors, all of them on the disk. */
    private void checkRange(long bytes, Shape shape) {
        length = bytes;
        long sectors = bytes / SECTOR;
        boolean fits =
                bytes % SECTOR == 0
                        && Long.compareUnsigned(sector, shape.sectors()) <= 0
                        && sectors <= shape.sectors() - sector;
        if (!fits) {
            status = Status.IOERR;
        }
    }

    private void checkRoom(int bytes) {
        if (chain.writable() - 1 < bytes) {
            status = Status.IOERR;
        }
    }

    /** §5.2.6: struct virtio_blk_discard_write_zeroes, some of them. */
    private void checkSegments(Shape shape) {
        long bytes = chain.readable() - HEADER;
        int most = segments.length / 3;
        if (status != Status.OK) {
            return;
        } else if (bytes == 0 || bytes % SEGMENT != 0 || bytes / SEGMENT > most) {
            status = Status.IOERR;
            return;
        }
        segmentCount = (int) bytes / SEGMENT;
        for (int i = 0; i < segmentCount && status == Status.OK; i++) {
            checkSegment(i, HEADER + (long) SEGMENT * i, shape);
        }
    }

    private void checkSegment(int index, long at, Shape shape) {
        long first = chain.load(at, 8);
        long count = chain.load(at + 8, 4);
        int flags = (int) chain.load(at + 12, 4);
        int known = type == Type.WRITE_ZEROES ? UNMAP : 0;
        if ((flags & ~known) != 0) {
            status = Status.UNSUPP;
        } else if (count > shape.mostSectors()
                || Long.compareUnsigned(first, shape.sectors()) > 0
                || count > shape.sectors() - first) {
            status = Status.IOERR;
        }
        segments[3 * index] = first * SECTOR;
        segments[3 * index + 1] = count * SECTOR;
        segments[3 * index + 2] = flags;
        length += count * SECTOR;
    }

    /** What the host's disk has to do. By any thread; the baton gets it back, whatever happens. */
    @Override
    public void run() {
        try {
            if (abandoned || traffic.isClosed()) {
                refused(new IOException("nobody waits for it any more"));
            }
            perform();
        } finally {
            traffic.performed(this);
        }
    }

    /** Gathers what it is about to read or write; before it is performed. */
    void gather() {
        try {
            data.clear();
            if (type == Type.IN) {
                gather(chain.readablePieces(), chain.pieces(), 0);
            } else if (type == Type.OUT) {
                gather(0, chain.readablePieces(), HEADER);
            }
        } catch (Throwable e) {
            refused(e);
        }
    }

    private void gather(int first, int end, long skipped) throws IOException {
        long left = length;
        long skip = skipped;
        for (int piece = first; piece < end && left > 0; piece++) {
            long bytes = chain.length(piece);
            if (skip < bytes) {
                long part = Math.min(bytes - skip, left);
                gatherPiece(chain.address(piece) + skip, part);
                left -= part;
                skip = 0;
            } else {
                skip -= bytes;
            }
        }
    }

    private void gatherPiece(long address, long bytes) throws IOException {
        for (long done = 0; done < bytes; ) {
            ByteBuffer buffer = window.at(address + done, bytes - done);
            if (buffer == null) {
                throw new IOException("the guest's memory is gone");
            }
            done += buffer.remaining();
            data.add(buffer);
        }
    }

    /** Reads what the host has at hand; true if nothing is left to do. */
    boolean performAtHand() {
        if (status == Status.OK) {
            try {
                image.readAtHand(data, position());
            } catch (Throwable e) {
                refused(e);
            }
        }
        return status != Status.OK || data.length() == 0;
    }

    /** Where what is left of its data begins. */
    private long position() {
        return sector * SECTOR + length - data.length();
    }

    /** What {@link #run} does, for who holds the baton. */
    void perform() {
        if (status != Status.OK) {
            return; // the guest's memory is gone
        }
        try {
            switch (type) {
                case Type.IN -> image.read(data, position());
                case Type.OUT -> image.write(data, position());
                case Type.FLUSH -> image.flush();
                case Type.GET_LIFETIME -> answerLifetime();
                default -> change();
            }
            if (stable && changes() && !abandoned) {
                image.flush();
            }
        } catch (Throwable e) {
            refused(e); // whatever it is: the guest gets an error, and others go on
        }
    }

    private boolean changes() {
        return type != Type.IN && type != Type.FLUSH && type != Type.GET_LIFETIME;
    }

    private void answerLifetime() {
        answer.clear();
        for (short value : image.lifetime()) {
            answer.putShort(value);
        }
        answer.flip();
    }

    /** It cannot be performed. */
    void refused(Throwable e) {
        status = Status.IOERR;
        refusal = e;
    }

    /** What the host refused, for an administrator; null: nothing. */
    String refusal() {
        return refusal == null
                ? null
                : place()
                        + ": "
                        + (refusal instanceof IOException
                                ? refusal.getMessage()
                                : refusal.toString());
    }

    private void change() throws IOException {
        for (int i = 0; i < segmentCount; i++) {
            long end = segments[3 * i] + segments[3 * i + 1];
            for (long at = segments[3 * i]; at < end; ) {
                long bytes = Math.min(end - at, part - at % part);
                change(at, bytes, (segments[3 * i + 2] & UNMAP) != 0);
                at += bytes;
            }
        }
    }

    private void change(long position, long bytes, boolean unmap) throws IOException {
        if (abandoned) {
            throw new IOException("nobody waits for it any more");
        }
        switch (type) {
            case Type.DISCARD -> image.discard(position, bytes);
            case Type.WRITE_ZEROES -> image.zero(position, bytes, unmap);
            default -> image.erase(position, bytes);
        }
    }

    /**
     * The status is the last byte of what is writable, so all before it counts as written (§2.7.8.2: the driver may
     * rely on the bytes up to the length alone). Under the baton.
     */
    void giveBack() {
        if (status == Status.OK && answer.hasRemaining()) {
            chain.write(0, answer);
        }
        chain.store(chain.writable() - 1, 1, status);
        queue.used(chain, chain.writable());
    }

    int status() {
        return status;
    }

    private String place() {
        String what =
                switch (type) {
                    case Type.IN -> "read";
                    case Type.OUT -> "write";
                    case Type.FLUSH -> "flush";
                    case Type.GET_LIFETIME -> "ask for its lifetime";
                    case Type.DISCARD -> "discard";
                    case Type.WRITE_ZEROES -> "write zeroes";
                    default -> "secure erase";
                };
        boolean one = type == Type.IN || type == Type.OUT;
        return one ? "%s of %d bytes at sector %d".formatted(what, length, sector) : what;
    }
}
