package io.trapline.oracle;

import io.trapline.oracle.DiskAction.Submit;
import io.trapline.oracle.DiskAction.Suppress;
import io.trapline.oracle.DiskRing.Used;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/** The queues of a driver, and its requests in flight. Those come back in any order, and are seen in that of their making. */
final class DiskQueues {
    /** A flush takes long on a busy host. */
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private static final int QUEUE_ROOM = 0x1_0000;
    private static final int FLIGHTS = 0x10_0000; // in the disk's room
    private static final int TABLES = 0x8_0000;
    private static final int MOST_FLIGHTS = 32;
    private static final int LOOKS = 50; // after a reset: more than late bytes take to arrive

    private final DiskSide side;
    private final Disk disk;
    private final DiskBus bus;
    private final DiskVectors vectors;
    private final Consumer<String> seen;
    private final Runnable seenLine;
    private final Map<Integer, DiskRing> rings = new TreeMap<>();
    private final Map<Integer, Boolean> served = new HashMap<>();
    private final Map<Integer, Map<Integer, Integer>> flying =
            new HashMap<>(); // per queue: flights by id
    private final List<DiskFlight> flights = new ArrayList<>();
    private final BitSet silent = new BitSet(); // queues whose driver has not notified yet
    private final BitSet undefined = new BitSet(); // sectors that were discarded

    DiskQueues(
            DiskSide side,
            Disk disk,
            DiskBus bus,
            DiskVectors vectors,
            Consumer<String> seen,
            Runnable seenLine) {
        this.side = side;
        this.disk = disk;
        this.bus = bus;
        this.vectors = vectors;
        this.seen = seen;
        this.seenLine = seenLine;
    }

    /** The device was reset. */
    void forget() {
        rings.clear();
        served.clear();
        flying.clear();
        flights.clear();
        silent.clear();
    }

    /** The disk has been written anew. */
    void defined() {
        undefined.clear();
    }

    BitSet undefined() {
        return undefined;
    }

    /** What is beyond a new end is gone. */
    void resized(long before, long now) {
        if (now < before) {
            undefined.clear((int) now, (int) before);
        }
    }

    static void await(BooleanSupplier done) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!done.getAsBoolean() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /** Whether nothing is in flight. */
    boolean idle() {
        return flights.isEmpty();
    }

    /** How many buffers a queue has seen; nothing is in flight. */
    int position(int queue) {
        return rings.get(queue).position();
    }

    /** Sets a queue up, somewhere; it begins at a place, which is 0 but where the device knows better. */
    void open(int queue, Random random, long features, int start) {
        int most = Math.min(bus.most(queue), disk.size);
        seen.accept("queue " + queue + " may have " + most);
        boolean packed = DiskFeatures.packed(features);
        int shift = random.nextInt(5);
        int size = Math.max(4, most >> shift);
        if (packed && random.nextBoolean()) {
            size = Math.max(4, size - random.nextInt(3));
        }
        long at = disk.room() + (long) QUEUE_ROOM * queue;
        long descriptors = at + 16L * random.nextInt(64);
        long driver = at + 0x4000 + 4L * random.nextInt(64) + (packed ? 0 : 2L * random.nextInt(2));
        long device = at + 0x8000 + 4L * random.nextInt(64);
        boolean eventIdx = DiskFeatures.eventIdx(features);
        rings.put(
                queue,
                packed
                        ? new PackedDiskRing(side, size, descriptors, driver, device, eventIdx)
                        : new SplitDiskRing(
                                side, size, descriptors, driver, device, eventIdx, start));
        rings.get(queue).suppress(DiskRing.ALWAYS, 0);
        served.put(queue, false);
        flying.put(queue, new TreeMap<>());
        silent.clear(queue);
        seen.accept(bus.enable(queue, size, descriptors, driver, device));
    }

    private int existing(int queue) {
        return queue % rings.size();
    }

    // ---- Requests

    void submit(Submit a, long features, long sectors, Consumer<Exclusion> excused) {
        int queue = existing(a.queue());
        DiskRing ring = rings.get(queue);
        for (DiskRequest request : a.requests()) {
            if (!allowed(request, features)) {
                continue;
            }
            if (request.wrongTwice(sectors)) {
                excused.accept(Exclusion.DISK_FLAGS_AND_RANGE);
                continue;
            }
            boolean indirect = request.indirect() && DiskFeatures.indirect(features);
            int most = Math.min(ring.size, 12);
            int pieces = Math.min(request.pieces(), most);
            boolean room = indirect ? ring.free() >= 1 : ring.free() >= Math.max(2, pieces);
            boolean collides =
                    flights.stream().anyMatch(flight -> flight.request.collides(request));
            if (!room || collides || flights.size() == MOST_FLIGHTS) {
                settle();
            }
            if (ring.mayComeRound(indirect ? 1 : pieces)) {
                excused.accept(Exclusion.DISK_EVENT_COMES_ROUND);
                settle();
                ring.suppress(DiskRing.ALWAYS, 0);
            }
            fly(queue, request, indirect, most, sectors);
            silent.set(queue);
        }
        if (a.told()) {
            notifyIfWanted(queue);
        }
    }

    private boolean allowed(DiskRequest request, long features) {
        return switch (request.type()) {
            case DiskRequest.FLUSH -> DiskFeatures.flush(features);
            case DiskRequest.DISCARD -> (features & DiskFeatures.DISCARD) != 0;
            case DiskRequest.WRITE_ZEROES -> (features & DiskFeatures.WRITE_ZEROES) != 0;
            case DiskRequest.OUT -> !disk.readOnly();
            default -> true;
        };
    }

    /** Notifies of all, as the last thing before a reset: nobody knows what will be done of it. */
    void notifyAll(long sectors) {
        for (int queue : silent.stream().toArray()) {
            notifyIfWanted(queue);
        }
        for (DiskFlight flight : flights) {
            DiskRequest request = flight.request;
            if (disk.kept() && request.changes() && request.inside(sectors)) {
                int from = (int) request.sector();
                undefined.set(from, from + (int) request.count());
            }
        }
    }

    /** The device was reset: it writes no more. */
    void still() {
        long before = sum();
        for (int i = 0; i < LOOKS; i++) {
            bus.status();
        }
        seen.accept("memory is still " + (sum() == before));
    }

    private long sum() {
        CRC32 sum = new CRC32();
        flights.forEach(flight -> sum.update(flight.memory(side)));
        rings.values().forEach(ring -> sum.update(ring.deviceArea()));
        sum.update(vectors.stored());
        return sum.getValue();
    }

    private void fly(int queue, DiskRequest request, boolean indirect, int most, long sectors) {
        long base = disk.room() + FLIGHTS + (long) DiskFlight.ROOM * flights.size();
        long table = indirect ? disk.room() + TABLES + 0x400L * flights.size() : 0;
        DiskFlight flight = new DiskFlight(side, request, base, most);
        int id = rings.get(queue).add(flight.pieces, table);
        flying.get(queue).put(id, flights.size());
        flights.add(flight);
        boolean discards = request.type() == DiskRequest.DISCARD;
        if (disk.kept() && request.inside(sectors) && (discards || request.fills())) {
            int from = (int) request.sector();
            undefined.set(from, from + (int) request.count(), discards);
        }
    }

    private void notifyIfWanted(int queue) {
        silent.clear(queue);
        if (rings.get(queue).wantsNotification()) {
            bus.notify(queue);
        }
    }

    void kick(int queue) {
        bus.notify(existing(queue));
    }

    /** Waits for all; what is in no order is seen in that of the requests. */
    void settle() {
        for (int queue : silent.stream().toArray()) {
            notifyIfWanted(queue);
        }
        if (flights.isEmpty()) {
            return;
        }
        String[] results = new String[flights.size()];
        for (Map.Entry<Integer, DiskRing> entry : rings.entrySet()) {
            collect(entry.getKey(), entry.getValue(), results);
        }
        seen.accept("status 0x" + Integer.toHexString(bus.status()));
        for (int i = 0; i < results.length; i++) {
            DiskFlight flight = flights.get(i);
            String given =
                    results[i] == null
                            ? "NOT USED"
                            : results[i] + ", " + flight.result(side, undefined);
            seen.accept(named(flight.request) + ": " + given);
        }
        for (Map.Entry<Integer, DiskRing> entry : rings.entrySet()) {
            entry.getValue().settled();
            seen.accept("queue " + entry.getKey() + " wants " + entry.getValue().wish());
        }
        flights.clear();
        seenLine.run();
        vectors.collect(seen);
    }

    private void collect(int queue, DiskRing ring, String[] results) {
        Map<Integer, Integer> waiting = flying.get(queue);
        if (!waiting.isEmpty()) {
            served.put(queue, true);
        }
        await(
                () -> {
                    for (Used used = waiting.isEmpty() ? null : ring.next(); used != null; ) {
                        Integer flight = waiting.remove(used.id());
                        if (flight == null) {
                            seen.accept("queue " + queue + " gives back " + used);
                            break;
                        }
                        results[flight] = "used " + used.length();
                        used = waiting.isEmpty() ? null : ring.next();
                    }
                    return waiting.isEmpty();
                });
        waiting.clear();
    }

    private static String named(DiskRequest request) {
        return "type "
                + request.type()
                + " sector "
                + Long.toUnsignedString(request.sector())
                + " "
                + request.bytes();
    }

    void suppress(Suppress a, Consumer<Exclusion> excused) {
        int queue = existing(a.queue());
        settle();
        if (served.get(queue)) {
            rings.get(queue).suppress(a.mode(), a.after());
        } else {
            excused.accept(Exclusion.DISK_FIRST_INTERRUPT);
        }
    }
}
