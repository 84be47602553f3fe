package io.trapline.virtioblk;

import io.trapline.virtio.Played;
import io.trapline.virtio.RingDriver;
import io.trapline.virtio.RingDriver.Piece;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A driver of a block device: requests in slots of its memory, of one queue or several. */
final class BlockDriver {
    static final int IN = 0;
    static final int OUT = 1;
    static final int FLUSH = 4;
    static final int GET_ID = 8;
    static final int GET_LIFETIME = 10;
    static final int DISCARD = 11;
    static final int WRITE_ZEROES = 13;
    static final int SECURE_ERASE = 14;
    static final long F_FLUSH = 1L << 9;
    static final long F_CONFIG_WCE = 1L << 11;
    static final long F_SPACE = 1L << 13 | 1L << 14; // DISCARD, WRITE_ZEROES
    static final long F_LIFETIME = 1L << 15;
    static final long F_SECURE_ERASE = 1L << 16;

    private static final long AREA = 0x80_0000;
    private static final long SPAN = 0x4000;
    private static final int STATUS = 16;
    private static final int DATA = 512;

    final Played played;
    private final List<RingDriver> queues = new ArrayList<>();
    private final List<Map<Integer, Integer>> slots = new ArrayList<>();

    BlockDriver(Played played) {
        this.played = played;
    }

    /** Sets queues up, all of a size. */
    BlockDriver start(long features, int count, int size) {
        if (!played.negotiate(features | io.trapline.virtio.Features.VERSION_1)) {
            throw new AssertionError("not agreed: " + Long.toHexString(features));
        }
        for (int i = 0; i < count; i++) {
            queues.add(played.setUp(features, i, size));
            slots.add(new HashMap<>());
        }
        played.status(Played.ALL_SET);
        return this;
    }

    /** The same driver finds a successor of the device. */
    BlockDriver with(Played other) {
        BlockDriver next = new BlockDriver(other);
        next.queues.addAll(queues);
        next.slots.addAll(slots);
        return next;
    }

    static long data(int slot) {
        return AREA + SPAN * slot + DATA;
    }

    void put(int slot, byte[] bytes) {
        played.board.memory().write(data(slot), ByteBuffer.wrap(bytes));
    }

    byte[] get(int slot, int length) {
        byte[] bytes = new byte[length];
        played.board.memory().read(data(slot), ByteBuffer.wrap(bytes));
        return bytes;
    }

    void segment(int slot, int index, long sector, int count, int flags) {
        long at = data(slot) + 16L * index;
        played.board.memory().store(at, 8, sector);
        played.board.memory().store(at + 8, 4, count);
        played.board.memory().store(at + 12, 4, flags);
    }

    /** Makes a request available, and rings. */
    void send(int queue, int slot, int type, long sector, int bytes) {
        add(queue, slot, type, sector, bytes);
        played.ring(queue);
    }

    void add(int queue, int slot, int type, long sector, int bytes) {
        long at = AREA + SPAN * slot;
        played.board.memory().store(at, 4, type);
        played.board.memory().store(at + 4, 4, 0);
        played.board.memory().store(at + 8, 8, sector);
        played.board.memory().store(at + STATUS, 1, 0xAA);
        List<Piece> pieces = new ArrayList<>();
        pieces.add(Piece.read(at, STATUS));
        if (bytes > 0) {
            boolean reads = type == IN || type == GET_ID || type == GET_LIFETIME;
            pieces.add(new Piece(at + DATA, bytes, reads));
        }
        pieces.add(Piece.write(at + STATUS, 1));
        slots.get(queue).put(queues.get(queue).add(pieces), slot);
    }

    int status(int slot) {
        return (int) played.board.memory().load(AREA + SPAN * slot + STATUS, 1);
    }

    /** The slots that a queue has given back since the last time. */
    List<Integer> back(int queue) {
        played.board.run();
        return queues.get(queue).pollAll().stream()
                .map(used -> slots.get(queue).get(used.id()))
                .toList();
    }

    /** One request on the first queue, to its end. */
    int request(int type, long sector, int bytes) {
        send(0, 0, type, sector, bytes);
        if (!back(0).equals(List.of(0))) {
            throw new AssertionError("it did not come back");
        }
        return status(0);
    }
}
