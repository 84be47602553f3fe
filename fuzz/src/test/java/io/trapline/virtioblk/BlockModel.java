package io.trapline.virtioblk;

import io.trapline.device.DeviceState;
import io.trapline.tck.TestBoard;
import io.trapline.tck.TestMemory;
import io.trapline.virtio.Features;
import io.trapline.virtio.Played;
import io.trapline.virtio.RingDriver;
import io.trapline.virtio.RingDriver.Piece;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A driver that does what a driver may, at random, and knows what must come of it. It never has two requests in flight of
 * which one writes what the other touches: then no order of ending them makes a difference.
 */
final class BlockModel {
    private static final int QUEUES = 2;
    private static final int LARGEST = 64;
    private static final int SECTOR = 512;
    private static final int SLOTS = 32;
    private static final int SECTORS = 256;
    private static final long AREA = 0x80_0000;
    private static final long SLOT = 0x4000;
    private static final int IN = 0,
            OUT = 1,
            FLUSH = 4,
            GET_ID = 8,
            DISCARD = 11,
            WRITE_ZEROES = 13;
    private static final long SLOW = 1_000_000; // nanoseconds: the host is not waited for
    private static final int HISTORY = 60;

    private final Random random;
    private final boolean pci;
    private final Deque<String> history = new ArrayDeque<>();
    private final Deque<Integer> freeSlots = new ArrayDeque<>();
    private final List<Runnable> held = new ArrayList<>(); // with workers
    private final List<Map<Integer, Asked>> inFlight = List.of(new HashMap<>(), new HashMap<>());
    private final RingDriver[] drivers = new RingDriver[QUEUES];
    private final int[] descriptors = new int[QUEUES]; // in use
    private byte[] disk;
    private MemoryImage image;
    private Played played;
    private long features;
    private long hostNanos;
    private boolean forgotten; // a queue was reset, whose driver may have been told

    /** A request, and what must come of it. */
    private record Asked(
            int slot,
            int type,
            int sector,
            int count,
            int status,
            byte[] data,
            long written,
            int pieces) {
        boolean writes() {
            return status == 0 && (type == OUT || type == DISCARD || type == WRITE_ZEROES);
        }

        boolean touches(int first, int sectors) {
            return sector < first + sectors && first < sector + count;
        }
    }

    BlockModel(boolean pci, long seed) throws IOException {
        this.pci = pci;
        random = new Random(seed);
        image = new MemoryImage(SECTORS * SECTOR, false, false);
        disk = contents();
        for (int slot = 0; slot < SLOTS; slot++) {
            freeSlots.add(slot);
        }
        played = Played.of(pci, device());
        bringUp();
    }

    private BlockDevice device() throws IOException {
        Settings settings = new Settings(QUEUES, LARGEST, 12, false, SECTOR, SECTOR, 0, "model");
        return new BlockDevice(settings, image, held::add, () -> hostNanos += SLOW);
    }

    private byte[] contents() {
        byte[] bytes = new byte[(int) image.length()];
        image.contents().get(bytes);
        return bytes;
    }

    String history() {
        return "\n  " + String.join("\n  ", history);
    }

    private void note(String what) {
        history.add(what);
        if (history.size() > HISTORY) {
            history.remove();
        }
    }

    private static void want(Object expected, Object actual, String what) {
        if (!expected.equals(actual)) {
            throw new AssertionError(what + ": " + actual + ", wanted " + expected);
        }
    }

    // ---- Steps

    void step() throws Exception {
        int dice = random.nextInt(100);
        if (dice < 45) {
            ask();
        } else if (dice < 60) {
            ring(random.nextInt(QUEUES));
        } else if (dice < 75) {
            work(1 + random.nextInt(4));
        } else if (dice < 82) {
            played.board.run();
        } else if (dice < 94) {
            reap();
        } else if (dice < 96) {
            succeed();
        } else if (dice < 98) {
            resetQueue(random.nextInt(QUEUES));
        } else {
            resetDevice();
        }
    }

    /** All that is in flight ends, and the disk is the model's. */
    void finish() {
        for (int queue = 0; queue < QUEUES; queue++) {
            ring(queue);
        }
        for (int rounds = 0; rounds < SLOTS && inFlight() > 0; rounds++) {
            work(held.size());
            played.board.run();
            reap();
        }
        want(0, inFlight(), "requests that never came back");
        want(true, Arrays.equals(disk, contents()), "the disk is the model's");
    }

    private int inFlight() {
        return inFlight.get(0).size() + inFlight.get(1).size();
    }

    private void ring(int queue) {
        note("ring " + queue);
        played.ring(queue);
    }

    /** Some of what workers have ends, in any order. */
    private void work(int most) {
        for (int left = Math.min(most, held.size()); left > 0; left--) {
            held.remove(random.nextInt(held.size())).run();
        }
    }

    /** Does what waits for workers, while they end all they have. */
    private void meanwhile(Runnable waits) throws InterruptedException {
        List<Runnable> all = new ArrayList<>(held);
        held.clear();
        Thread workers = new Thread(() -> all.forEach(Runnable::run), "workers");
        workers.start();
        waits.run();
        workers.join();
    }

    // ---- Bringing up and down

    private void bringUp() {
        boolean packed = random.nextBoolean();
        features =
                Features.RING_INDIRECT_DESC
                        | Features.RING_RESET
                        | (packed ? Features.RING_PACKED : 0)
                        | (random.nextBoolean() ? Features.RING_EVENT_IDX : 0)
                        | (random.nextInt(4) == 0 ? Features.IN_ORDER : 0)
                        | (random.nextBoolean() ? 1L << 9 : 0); // FLUSH
        note("bring up with features 0x" + Long.toHexString(features));
        want(true, played.negotiate(features | Features.VERSION_1), "agreed");
        for (int queue = 0; queue < QUEUES; queue++) {
            setUp(queue);
        }
        played.status(Played.ALL_SET);
    }

    private void setUp(int queue) {
        int size = (features & Features.RING_PACKED) != 0 ? 24 + random.nextInt(40) : LARGEST;
        drivers[queue] = played.setUp(features, queue, size);
        descriptors[queue] = 0;
        listen(queue);
    }

    private void listen(int queue) {
        drivers[queue].interrupts(true, (features & Features.RING_EVENT_IDX) != 0);
    }

    private void resetDevice() throws InterruptedException {
        note("reset the device");
        meanwhile(() -> played.status(0));
        want(List.of(), held, "what was begun by a reset");
        want(0, played.status(), "status after a reset");
        byte[] before = ram();
        played.board.run();
        want(true, Arrays.equals(before, ram()), "nothing touches memory any more");
        for (int queue = 0; queue < QUEUES; queue++) {
            abandon(queue);
        }
        want(0, played.takeInterrupt(), "no interrupt after a reset");
        bringUp();
    }

    private void resetQueue(int queue) throws InterruptedException {
        note("reset queue " + queue);
        played.select(queue);
        meanwhile(played::resetQueue);
        want(false, played.enabled(), "enabled after its reset");
        forgotten = true;
        abandon(queue);
        setUp(queue);
    }

    /** What was in flight was done or not, sector by sector; the model goes on with what it was. */
    private void abandon(int queue) {
        byte[] now = contents();
        for (Asked asked : inFlight.get(queue).values()) {
            for (int sector = asked.sector;
                    asked.writes() && sector < asked.sector + asked.count;
                    sector++) {
                byte[] old = sector(disk, sector);
                byte[] wanted = sector(asked.data, sector - asked.sector);
                byte[] is = sector(now, sector);
                want(true, Arrays.equals(is, old) || Arrays.equals(is, wanted), "old or new");
                System.arraycopy(is, 0, disk, SECTOR * sector, SECTOR);
            }
            freeSlots.add(asked.slot);
        }
        inFlight.get(queue).clear();
    }

    private static byte[] sector(byte[] bytes, int sector) {
        return Arrays.copyOfRange(bytes, SECTOR * sector, SECTOR * (sector + 1));
    }

    private byte[] ram() {
        byte[] bytes = new byte[SLOTS * (int) SLOT];
        played.board.memory().read(AREA, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** A successor, now and then on a disk of another length; what is in flight goes on, or has come back. */
    private void succeed() throws Exception {
        DeviceState[] saved = new DeviceState[1];
        meanwhile(() -> saved[0] = played.plug.save());
        boolean resized = random.nextInt(3) == 0 && inFlight() == 0;
        if (resized) {
            image = image.resized((SECTORS / 2 + random.nextInt(SECTORS)) * SECTOR);
            byte[] old = disk;
            disk = contents();
            System.arraycopy(old, 0, disk, 0, Math.min(old.length, disk.length));
        }
        note("a successor with " + image.length() / SECTOR + " sectors");
        long before = played.configuration(0, 8);
        TestBoard board = played.board.successor();
        Played next = Played.of(pci, board, device());
        if (pci) {
            board.adopt(played.board);
        }
        next.plug.restore(saved[0]);
        if (pci) {
            next.find();
        }
        played = next;
        played.board.run();
        want(image.length() / SECTOR, played.configuration(0, 8), "capacity");
        if (before != image.length() / SECTOR) {
            int why = played.takeInterrupt();
            want(2, why & 2, "the driver hears of another capacity");
            reap(why);
        }
    }

    // ---- Requests

    private void ask() {
        int queue = random.nextInt(QUEUES);
        int type = type();
        int count = type == FLUSH || type == GET_ID ? 0 : random.nextInt(9);
        int sectors = disk.length / SECTOR;
        int sector = random.nextInt(sectors);
        boolean writes = type == OUT || type == DISCARD || type == WRITE_ZEROES;
        int status = sector + count <= sectors ? 0 : 1;
        if (type == 77) {
            status = 2;
        }
        if (freeSlots.isEmpty()
                || descriptors[queue] + 9 > drivers[queue].size
                || clashes(sector, count, writes)) {
            return;
        }
        int slot = freeSlots.remove();
        byte[] data = data(type, sector, count, status);
        List<Piece> pieces = pieces(slot, type, sector, count, data);
        long written = pieces.stream().filter(Piece::write).mapToLong(Piece::length).sum();
        boolean table = random.nextInt(3) == 0;
        int id = table ? drivers[queue].addIndirect(pieces) : drivers[queue].add(pieces);
        int used = table ? 1 : pieces.size();
        descriptors[queue] += used;
        Asked asked = new Asked(slot, type, sector, count, status, data, written, used);
        want(true, inFlight.get(queue).put(id, asked) == null, "an id twice");
        note(
                "ask "
                        + queue
                        + ": type "
                        + type
                        + ", sector "
                        + sector
                        + "+"
                        + count
                        + ", slot "
                        + slot);
        if (random.nextBoolean()) {
            ring(queue);
        }
    }

    private int type() {
        int dice = random.nextInt(20);
        return dice < 8
                ? IN
                : dice < 14
                        ? OUT
                        : dice == 14
                                ? FLUSH
                                : dice == 15
                                        ? GET_ID
                                        : dice == 16 ? DISCARD : dice < 19 ? WRITE_ZEROES : 77;
    }

    private boolean clashes(int sector, int count, boolean writes) {
        for (Map<Integer, Asked> queue : inFlight) {
            for (Asked other : queue.values()) {
                if ((writes || other.writes()) && other.touches(sector, count)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What is written, or what must be read. */
    private byte[] data(int type, int sector, int count, int status) {
        byte[] data = new byte[count * SECTOR];
        if (type == OUT) {
            random.nextBytes(data);
        } else if (type == IN && status == 0) {
            System.arraycopy(disk, sector * SECTOR, data, 0, data.length);
        } else if (type == GET_ID) {
            return Arrays.copyOf(new byte[] {'m', 'o', 'd', 'e', 'l'}, 20);
        }
        return data;
    }

    /** §2.7.4: a driver may cut a request as it likes. */
    private List<Piece> pieces(int slot, int type, int sector, int count, byte[] data) {
        TestMemory memory = played.board.memory();
        long at = AREA + SLOT * slot;
        memory.store(at, 4, type);
        memory.store(at + 4, 4, random.nextInt());
        memory.store(at + 8, 8, type == DISCARD || type == WRITE_ZEROES ? 0 : sector);
        List<Piece> pieces = new ArrayList<>();
        int readable = 16;
        if (type == OUT) {
            memory.write(at + 16, ByteBuffer.wrap(data));
            readable += data.length;
        } else if (type == DISCARD || type == WRITE_ZEROES) {
            memory.store(at + 16, 8, sector);
            memory.store(at + 24, 8, count);
            readable += 16;
        }
        cut(pieces, at, readable, false);
        int writable = type == IN || type == GET_ID ? data.length + 1 : 1;
        memory.write(at + SLOT / 2, ByteBuffer.wrap(filled(writable)));
        cut(pieces, at + SLOT / 2, writable, true);
        return pieces;
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0xEE);
        return bytes;
    }

    private void cut(List<Piece> pieces, long address, int length, boolean write) {
        int done = 0;
        for (int left = random.nextInt(3); left > 0; left--) {
            int part = random.nextInt(length - done + 1);
            pieces.add(new Piece(address + done, part, write));
            done += part;
        }
        pieces.add(new Piece(address + done, length - done, write));
    }

    // ---- Answers

    private void reap() {
        reap(played.takeInterrupt());
    }

    private void reap(int why) {
        boolean any = false;
        for (int queue = 0; queue < QUEUES; queue++) {
            for (RingDriver.Used used : drivers[queue].pollAll()) {
                any = true;
                answered(queue, used);
            }
            listen(queue);
        }
        boolean told = (why & 1) != 0;
        boolean ofAll = pci && (why & 2) != 0; // a new configuration sets both bits there
        want(
                true,
                any == told || told && (forgotten || ofAll),
                "told of what was used, and only then");
        forgotten = false;
    }

    private void answered(int queue, RingDriver.Used used) {
        Asked asked = inFlight.get(queue).remove(used.id());
        want(true, asked != null, "in flight: id " + used.id());
        note("back " + queue + ": slot " + asked.slot);
        want(asked.written, used.length(), "used length of " + asked);
        TestMemory memory = played.board.memory();
        long at = AREA + SLOT * asked.slot + SLOT / 2;
        want((long) asked.status, memory.load(at + asked.written - 1, 1), "status of " + asked);
        if (asked.status == 0 && (asked.type == IN || asked.type == GET_ID)) {
            byte[] read = new byte[asked.data.length];
            memory.read(at, ByteBuffer.wrap(read));
            want(true, Arrays.equals(asked.data, read), "the data of " + asked);
        }
        if (asked.writes()) {
            System.arraycopy(asked.data, 0, disk, asked.sector * SECTOR, asked.data.length);
        }
        descriptors[queue] -= asked.pieces;
        freeSlots.add(asked.slot);
    }
}
