package io.trapline.virtioblk;

import static io.trapline.virtioblk.Asked.DISCARD;
import static io.trapline.virtioblk.Asked.FLUSH;
import static io.trapline.virtioblk.Asked.GET_ID;
import static io.trapline.virtioblk.Asked.GET_LIFETIME;
import static io.trapline.virtioblk.Asked.IN;
import static io.trapline.virtioblk.Asked.OUT;
import static io.trapline.virtioblk.Asked.SECTOR;
import static io.trapline.virtioblk.Asked.SECURE_ERASE;
import static io.trapline.virtioblk.Asked.UNKNOWN;
import static io.trapline.virtioblk.Asked.WRITE_ZEROES;
import static io.trapline.virtioblk.ModelDisk.want;

import io.trapline.device.DeviceState;
import io.trapline.tck.TestBoard;
import io.trapline.tck.TestDeferred;
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
    private static final int SLOTS = 32;
    private static final int SECTORS = 256;
    private static final long FLUSHES = BlockRegister.Feature.FLUSH;
    private static final long CACHE = BlockRegister.Feature.CONFIG_WCE;
    private static final int WRITEBACK = BlockRegister.WRITEBACK.offset;
    // spotless:off
    private static final int[] TYPES = {
        IN, IN, IN, IN, IN, IN, IN, OUT, OUT, OUT, OUT, OUT, OUT, FLUSH, FLUSH, GET_ID, GET_LIFETIME,
        DISCARD, WRITE_ZEROES, WRITE_ZEROES, SECURE_ERASE, UNKNOWN
    };
    // spotless:on
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
    private final ModelDisk disk = new ModelDisk(SECTORS);
    private Played played;
    private long features;
    private long hostNanos;
    private boolean writeback; // what the driver reads, where it can
    private final boolean[] quiet = new boolean[QUEUES]; // where the driver wants no interrupt
    private boolean forgotten; // a queue was reset, whose driver may have been told

    BlockModel(boolean pci, long seed) throws IOException {
        this.pci = pci;
        random = new Random(seed);
        for (int slot = 0; slot < SLOTS; slot++) {
            freeSlots.add(slot);
        }
        played = Played.of(pci, device());
        bringUp();
    }

    private BlockDevice device() throws IOException {
        Settings settings = new Settings(QUEUES, LARGEST, 12, false, SECTOR, SECTOR, 0, "model");
        return new BlockDevice(settings, disk.image(), held::add, () -> hostNanos += SLOW);
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

    // ---- Steps

    void step() throws Exception {
        int dice = random.nextInt(100);
        if (dice < 43) {
            ask();
        } else if (dice < 44) {
            fail();
        } else if (dice < 45) {
            cache();
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
        disk.check();
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

    /** The host's disk fails some times: as a disk does, or as a programmer does. */
    private void fail() {
        note("the host fails");
        disk.image().fail(1 + random.nextInt(3), random.nextBoolean());
        all().forEach(Asked::mayFail);
    }

    /** The driver switches the cache on or off, or would like to. */
    private void cache() {
        boolean wanted = random.nextBoolean();
        note("cache " + wanted);
        played.configure(WRITEBACK, 1, wanted ? 1 : 0);
        if ((features & CACHE) != 0) {
            writeback = wanted;
            checkCache();
        }
        if (!isWrittenThrough()) {
            all().forEach(asked -> asked.writtenThrough = false);
        }
    }

    /** §5.2.6.2. */
    private boolean isWrittenThrough() {
        return (features & CACHE) != 0 ? !writeback : (features & FLUSHES) == 0;
    }

    private void checkCache() {
        if ((features & CACHE) != 0) {
            want(writeback ? 1L : 0L, played.configuration(WRITEBACK, 1), "writeback");
        }
    }

    private List<Asked> all() {
        List<Asked> all = new ArrayList<>(inFlight.get(0).values());
        all.addAll(inFlight.get(1).values());
        return all;
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
                        | (random.nextBoolean() ? FLUSHES : 0)
                        | (random.nextBoolean() ? CACHE : 0);
        for (int type : TYPES) {
            features |= type == FLUSH ? 0 : Asked.feature(type) & played.offered();
        }
        note("bring up with features 0x" + Long.toHexString(features));
        want(true, played.negotiate(features | Features.VERSION_1), "agreed");
        for (int queue = 0; queue < QUEUES; queue++) {
            setUp(queue);
        }
        played.status(Played.ALL_SET);
        writeback = (features & FLUSHES) != 0; // §5.2.5.2
        checkCache();
    }

    private void setUp(int queue) {
        int size = (features & Features.RING_PACKED) != 0 ? 24 + random.nextInt(40) : LARGEST;
        drivers[queue] = played.setUp(features, queue, size);
        descriptors[queue] = 0;
        wish(queue, false);
    }

    private void wish(int queue, boolean silence) {
        quiet[queue] = silence;
        drivers[queue].interrupts(!silence, (features & Features.RING_EVENT_IDX) != 0);
    }

    /** The driver's access is answered when nothing that it must wait for is with workers. */
    private void untilAnswered(Runnable access) {
        access.run();
        while (!played.board.deferred().stream().allMatch(TestDeferred::answered)) {
            want(false, held.isEmpty(), "nobody is left who could end it");
            work(1);
            played.board.run();
        }
    }

    private void resetDevice() {
        note("reset the device");
        untilAnswered(() -> played.status(0));
        want(0, played.status(), "status after a reset");
        byte[] before = ram();
        work(held.size()); // flushes, which are forgotten
        played.board.run();
        want(true, Arrays.equals(before, ram()), "nothing touches memory any more");
        for (int queue = 0; queue < QUEUES; queue++) {
            abandon(queue);
        }
        want(0, played.takeInterrupt(), "no interrupt after a reset");
        bringUp();
    }

    private void resetQueue(int queue) {
        note("reset queue " + queue);
        played.select(queue);
        untilAnswered(played::resetQueue);
        want(false, played.enabled(), "enabled after its reset");
        forgotten = true;
        abandon(queue);
        setUp(queue);
    }

    /** What was in flight was done or not; the model goes on with what it was. */
    private void abandon(int queue) {
        for (Asked asked : inFlight.get(queue).values()) {
            if (asked.mayChange()) {
                disk.settle(asked, false);
            }
            freeSlots.add(asked.slot);
        }
        inFlight.get(queue).clear();
    }

    private byte[] ram() {
        byte[] bytes = new byte[SLOTS * Asked.LENGTH];
        played.board.memory().read(Asked.AREA, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** A successor, now and then on a disk of another length; what is in flight goes on, or has come back. */
    private void succeed() throws Exception {
        DeviceState[] saved = new DeviceState[1];
        meanwhile(() -> saved[0] = played.plug.save());
        if (random.nextInt(3) == 0) {
            int before = disk.sectors();
            disk.resize(SECTORS / 2 + random.nextInt(SECTORS));
            all().forEach(asked -> asked.resized(before, disk.sectors()));
        }
        note("a successor with " + disk.sectors() + " sectors");
        long capacity = played.configuration(0, 8);
        int generation = played.generation();
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
        want((long) disk.sectors(), played.configuration(0, 8), "capacity");
        checkCache();
        if (capacity != disk.sectors()) {
            int why = played.takeInterrupt();
            want(2, why & 2, "the driver hears of another capacity");
            want(true, generation != played.generation(), "another generation");
            reap(why);
        }
    }

    // ---- Requests

    private void ask() {
        int queue = random.nextInt(QUEUES);
        int type = TYPES[random.nextInt(TYPES.length)];
        int count = Asked.hasSectors(type) ? random.nextInt(9) : 0;
        int sector = random.nextInt(disk.sectors());
        if ((Asked.feature(type) & ~features) != 0
                || freeSlots.isEmpty()
                || descriptors[queue] + 9 > drivers[queue].size
                || clashes(sector, count, Asked.changes(type))) {
            return;
        }
        byte[] data = disk.data(type, sector, count, random);
        Asked asked = new Asked(freeSlots.remove(), type, sector, count, data, disk.sectors());
        asked.writtenThrough = isWrittenThrough();
        if (disk.image().isFailing()) {
            asked.mayFail();
        }
        List<Piece> pieces = asked.pieces(played.board.memory(), random);
        asked.written = pieces.stream().filter(Piece::write).mapToLong(Piece::length).sum();
        boolean table = random.nextInt(3) == 0;
        int id = table ? drivers[queue].addIndirect(pieces) : drivers[queue].add(pieces);
        asked.descriptors = table ? 1 : pieces.size();
        descriptors[queue] += asked.descriptors;
        want(true, inFlight.get(queue).put(id, asked) == null, "an id twice");
        note("ask " + queue + ": " + asked);
        if (random.nextBoolean()) {
            ring(queue);
        }
    }

    private boolean clashes(int sector, int count, boolean changes) {
        for (Asked other : all()) {
            if ((changes || other.mayChange()) && other.touches(sector, count)) {
                return true;
            }
        }
        return false;
    }

    // ---- Answers

    private void reap() {
        reap(played.takeInterrupt());
    }

    private void reap(int why) {
        boolean wanted = false;
        for (int queue = 0; queue < QUEUES; queue++) {
            List<RingDriver.Used> all = drivers[queue].pollAll();
            for (RingDriver.Used used : all) {
                answered(queue, used);
            }
            wanted |= !all.isEmpty() && !quiet[queue];
            wish(queue, random.nextInt(4) == 0);
        }
        boolean told = (why & 1) != 0;
        boolean ofAll = pci && (why & 2) != 0; // a new configuration sets both bits there
        want(
                true,
                wanted == told || told && (forgotten || ofAll),
                "told of what was used, and only then");
        forgotten = false;
    }

    private void answered(int queue, RingDriver.Used used) {
        Asked asked = inFlight.get(queue).remove(used.id());
        want(true, asked != null, "in flight: id " + used.id());
        note("back " + queue + ": " + asked);
        want(asked.written, used.length(), "used length of " + asked);
        long at = asked.answer();
        long status = played.board.memory().load(at + asked.written - 1, 1);
        want(true, asked.allows(status), "status " + status + " of " + asked);
        if (status == Asked.OK && asked.reads()) {
            checkRead(asked, at);
        } else if (asked.mayChange()) {
            disk.settle(asked, status == Asked.OK);
            if (status == Asked.OK && asked.writtenThrough) {
                disk.checkStable(asked);
            }
        }
        descriptors[queue] -= asked.descriptors;
        freeSlots.add(asked.slot);
    }

    private void checkRead(Asked asked, long at) {
        byte[] read = new byte[asked.data.length];
        played.board.memory().read(at, ByteBuffer.wrap(read));
        if (!Asked.hasSectors(asked.type)) {
            want(true, Arrays.equals(asked.data, read), "the answer to " + asked);
        }
        for (int i = 0; i < asked.count; i++) {
            if (asked.knows(asked.sector + i)) {
                byte[] is = Asked.part(read, i);
                want(true, Arrays.equals(asked.wanted(asked.sector + i), is), "data of " + asked);
            }
        }
    }
}
