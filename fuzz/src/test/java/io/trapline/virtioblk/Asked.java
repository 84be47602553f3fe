package io.trapline.virtioblk;

import io.trapline.tck.TestMemory;
import io.trapline.virtio.RingDriver.Piece;
import io.trapline.virtioblk.BlockRegister.Feature;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A request of the model's driver, and what may come of it. */
final class Asked {
    static final int SECTOR = 512;
    static final int OK = 0, IOERR = 1, UNSUPP = 2;
    static final int IN = 0, OUT = 1, FLUSH = 4, GET_ID = 8, GET_LIFETIME = 10;
    static final int DISCARD = 11, WRITE_ZEROES = 13, SECURE_ERASE = 14, UNKNOWN = 77;

    /** Where requests are in the guest's memory, and how long each is. */
    static final long AREA = 0x80_0000;

    static final int LENGTH = 0x4000;

    private static final int WRITABLE = LENGTH / 2;
    private static final int HEADER = 16;

    final int slot;
    final int type;
    final int sector;
    final int count;
    final byte[] data; // what is written, or must be read
    private final int status; // if nothing comes between
    private int kept; // sectors that the disk has had all the time
    private boolean resized; // so that it may be on the disk, or not
    private boolean mayFail; // the host does
    boolean writtenThrough; // the cache is off, all the time
    long written; // bytes, of its buffer
    int descriptors;

    Asked(int slot, int type, int sector, int count, byte[] data, int sectors) {
        this.slot = slot;
        this.type = type;
        this.sector = sector;
        this.count = count;
        this.data = data;
        kept = sectors;
        status = type == UNKNOWN ? UNSUPP : isOn(sectors) ? OK : IOERR;
    }

    /** What has to be negotiated for it; 0: nothing. */
    static long feature(int type) {
        return switch (type) {
            case FLUSH -> Feature.FLUSH;
            case GET_LIFETIME -> Feature.LIFETIME;
            case DISCARD -> Feature.DISCARD;
            case WRITE_ZEROES -> Feature.WRITE_ZEROES;
            case SECURE_ERASE -> Feature.SECURE_ERASE;
            default -> 0;
        };
    }

    static boolean hasSectors(int type) {
        return type == IN || changes(type);
    }

    static boolean hasSegments(int type) {
        return type == DISCARD || type == WRITE_ZEROES || type == SECURE_ERASE;
    }

    static boolean changes(int type) {
        return type == OUT || hasSegments(type);
    }

    boolean reads() {
        return type == IN || type == GET_ID || type == GET_LIFETIME;
    }

    private boolean isOn(int sectors) {
        return !hasSectors(type) || sector + count <= sectors;
    }

    /** The disk has another length: who is served before that, and who after, nobody knows. */
    void resized(int before, int after) {
        resized |= status != UNSUPP && isOn(before) != isOn(after);
        kept = Math.min(kept, Math.min(before, after));
    }

    void mayFail() {
        mayFail = true;
    }

    boolean mayChange() {
        return changes(type) && (status == OK || resized);
    }

    boolean touches(int first, int sectors) {
        return sector < first + sectors && first < sector + count;
    }

    boolean allows(long answer) {
        return answer == status
                || resized && (answer == OK || answer == IOERR)
                || mayFail && status == OK && answer == IOERR;
    }

    /** Whether it is known what this sector of the disk is, before and after. */
    boolean knows(int at) {
        return at < kept;
    }

    byte[] wanted(int at) {
        return part(data, at - sector);
    }

    /** One sector of many. */
    static byte[] part(byte[] sectors, int at) {
        return Arrays.copyOfRange(sectors, SECTOR * at, SECTOR * (at + 1));
    }

    private long place() {
        return AREA + (long) LENGTH * slot;
    }

    /** Where its answer is, and after that its status. */
    long answer() {
        return place() + WRITABLE;
    }

    /** §2.7.4: a driver may cut a request as it likes. */
    List<Piece> pieces(TestMemory memory, Random random) {
        long at = place();
        boolean segments = hasSegments(type);
        memory.store(at, 4, type);
        memory.store(at + 4, 4, random.nextInt());
        memory.store(at + 8, 8, segments ? 0 : sector);
        List<Piece> pieces = new ArrayList<>();
        int readable = HEADER;
        if (type == OUT) {
            memory.write(at + HEADER, ByteBuffer.wrap(data));
            readable += data.length;
        } else if (segments) {
            boolean unmap = type == WRITE_ZEROES && random.nextBoolean();
            memory.store(at + HEADER, 8, sector);
            memory.store(at + HEADER + 8, 8, count | (unmap ? 1L << 32 : 0));
            readable += HEADER;
        }
        cut(pieces, at, readable, false, random);
        int writable = reads() ? data.length + 1 : 1;
        memory.write(at + WRITABLE, ByteBuffer.wrap(filled(writable)));
        cut(pieces, at + WRITABLE, writable, true, random);
        return pieces;
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0xEE);
        return bytes;
    }

    private static void cut(
            List<Piece> pieces, long address, int length, boolean write, Random random) {
        int done = 0;
        for (int left = random.nextInt(3); left > 0; left--) {
            int part = random.nextInt(length - done + 1);
            pieces.add(new Piece(address + done, part, write));
            done += part;
        }
        pieces.add(new Piece(address + done, length - done, write));
    }

    @Override
    public String toString() {
        return "type "
                + type
                + ", sector "
                + sector
                + "+"
                + count
                + ", slot "
                + slot
                + (resized ? ", resized" : "")
                + (mayFail ? ", may fail" : "");
    }
}
