package io.trapline.oracle;

import io.trapline.oracle.DiskAction.Abandon;
import io.trapline.oracle.DiskAction.GiveUp;
import io.trapline.oracle.DiskAction.Kick;
import io.trapline.oracle.DiskAction.Negotiate;
import io.trapline.oracle.DiskAction.ReadConfig;
import io.trapline.oracle.DiskAction.ReadRegister;
import io.trapline.oracle.DiskAction.ResetQueue;
import io.trapline.oracle.DiskAction.Resize;
import io.trapline.oracle.DiskAction.Settle;
import io.trapline.oracle.DiskAction.Submit;
import io.trapline.oracle.DiskAction.Suppress;
import io.trapline.oracle.DiskAction.TakeInterrupt;
import io.trapline.oracle.DiskAction.WriteCache;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Plays actions on one side as a driver that keeps the rules, and notes what it sees. What it does depends on the
 * actions alone, never on what the device says, but for what a rule makes depend on it.
 */
final class DiskDriver implements DiskFunction.Watch {
    private static final int ACKNOWLEDGE = 1;
    private static final int DRIVER = 2;
    private static final int DRIVER_OK = 4;
    private static final int FEATURES_OK = 8;
    private static final int FAILED = 128;
    private static final long UNKNOWN = -1; // another driver may have left another size
    private static final long VERSION_1 = 1L << 32;

    private final DiskSide side;
    private final Disk disk;
    private final DiskBus bus;
    private final DiskFunction function; // null: it is not on that bus
    private final DiskQueues queues;
    private final DiskVectors vectors;
    private final BooleanSupplier othersIdle;
    private final Consumer<Exclusion> excused;
    private List<String> seen = new ArrayList<>();
    private long features;
    private long sectors;
    private boolean live;
    private boolean configurationTold; // since the interrupt was taken

    /**
     * For one of the disks of a side.
     *
     * @param othersIdle whether no other disk has something in flight, which might share the interrupt line
     */
    DiskDriver(DiskSide side, Disk disk, BooleanSupplier othersIdle, Consumer<Exclusion> excused) {
        this.side = side;
        this.disk = disk;
        this.othersIdle = othersIdle;
        this.excused = excused;
        PciDisk pci = disk.pci() ? new PciDisk(side, disk) : null;
        bus = pci != null ? pci : new MmioDisk(side, disk);
        vectors = new DiskVectors(side, disk, pci);
        function = pci == null ? null : new DiskFunction(pci, vectors, this, excused);
        queues = new DiskQueues(side, disk, bus, vectors, this::see, this::seeLine);
        sectors = UNKNOWN;
    }

    @Override
    public void see(String what) {
        seen.add(what);
    }

    private void see(String what, long value) {
        see(what + " 0x" + Long.toHexString(value));
    }

    private void seeStatus() {
        see("status", bus.status());
    }

    private void seeLine() {
        if (othersIdle.getAsBoolean()) {
            see("line " + bus.line());
        }
    }

    @Override
    public void state() {
        seeStatus();
        seeLine();
    }

    /** Whether nothing is in flight. */
    boolean idle() {
        return queues.idle();
    }

    /** Brings the disk to the state in which each case begins, but for what is on it. */
    void prologue() {
        bus.prologue();
        if (function != null) {
            function.prologue();
        }
        features = 0;
        live = false;
        configurationTold = false;
        vectors.off();
        queues.forget();
        if (disk.resizable() && sectors != disk.sectors) {
            side.resize(disk, disk.sectors * Disk.SECTOR);
        }
        sectors = disk.sectors;
    }

    /** The disk has been written anew. */
    void defined() {
        queues.defined();
    }

    /** Sectors of which nobody knows what is on them. */
    BitSet undefined() {
        return queues.undefined();
    }

    /** What a driver finds that looks at the device for the first time. */
    List<String> discover() {
        seen = new ArrayList<>();
        if (function != null) {
            function.discover();
            return seen;
        }
        for (int row = 0; row < bus.registers(); row++) {
            see(bus.register(row));
        }
        for (int queue = 0; queue <= disk.queues + 1; queue++) {
            see("queue " + queue + (bus.most(queue) == 0 ? " is not there" : " is there"));
        }
        for (int offset = 0; offset < DiskFeatures.END; offset++) {
            readConfig(offset, 1);
        }
        return seen;
    }

    /** Does one thing; what was seen of it. */
    List<String> play(DiskAction action) {
        seen = new ArrayList<>();
        if (action instanceof Negotiate a) {
            negotiate(a);
        } else if (action instanceof ReadConfig a) {
            readConfig(a.offset(), a.width());
        } else if (action instanceof ReadRegister a) {
            readRegister(a.row() % bus.registers());
        } else if (action instanceof GiveUp a) {
            giveUp(a.failed());
        } else if (action instanceof TakeInterrupt) {
            settled();
            takeInterrupt();
        } else if (action.ofQueues()) {
            if (live) {
                playLive(action);
            }
        } else if (function != null) {
            function.play(action, live);
        }
        return seen;
    }

    private void playLive(DiskAction action) {
        if (action instanceof Submit a) {
            queues.submit(a, features, sectors, excused);
        } else if (action instanceof Settle) {
            queues.settle();
        } else if (action instanceof Kick a) {
            queues.kick(a.queue() % disk.queues);
        } else if (action instanceof Suppress a) {
            queues.suppress(a, excused);
        } else if (action instanceof WriteCache a) {
            writeCache(a.value());
        } else if (action instanceof Resize a) {
            resize(a.sectors());
        } else if (action instanceof ResetQueue a) {
            resetQueue(a);
        } else if (action instanceof Abandon a) {
            queues.submit(a.last(), features, sectors, excused);
            abandon();
        }
    }

    /** Where only one side forgets its place in a queue, the other's driver goes on from there. */
    private void resetQueue(ResetQueue a) {
        boolean may =
                disk.pci()
                        ? DiskFeatures.ringReset(features)
                        : !DiskFeatures.packed(features); // there the place shows
        if (may) {
            queues.settle();
            int queue = a.queue() % DiskFeatures.queues(disk, features);
            int start = bus.keepsPlace() ? queues.position(queue) : 0;
            see(bus.stop(queue));
            vectors.routed(queue, 0xFFFF);
            queues.open(queue, new Random(a.seed()), features, start);
        }
    }

    @Override
    public void settled() {
        if (live) {
            queues.settle();
        }
    }

    // ---- Negotiation

    private long offered() {
        return bus.offered(0) & 0xFFFF_FFFFL | (long) bus.offered(1) << 32;
    }

    private void negotiate(Negotiate a) {
        settled();
        reset();
        bus.status(ACKNOWLEDGE);
        seeStatus();
        bus.status(ACKNOWLEDGE | DRIVER);
        long both = DiskFeatures.common(disk);
        see("offered", offered() & both);
        features = a.wish() & both | VERSION_1;
        bus.accept(0, (int) features);
        bus.accept(1, (int) (features >>> 32));
        bus.status(ACKNOWLEDGE | DRIVER | FEATURES_OK);
        seeStatus();
        Random random = new Random(a.seed());
        if (disk.pci()) {
            vectors.setUp(a.messages(), random, this::see);
        }
        int queuesUsed = DiskFeatures.queues(disk, features);
        for (int queue = 0; queue < queuesUsed; queue++) {
            queues.open(queue, random, features, 0);
        }
        bus.status(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
        seeStatus();
        live = true;
    }

    private void reset() {
        queues.forget();
        bus.status(0);
        state();
        live = false;
        features = 0;
        configurationTold = false;
    }

    private void giveUp(boolean failed) {
        settled();
        if (failed) {
            int status = bus.status();
            bus.status(status | FAILED);
            seeStatus();
        }
        reset();
        if (vectors.on()) {
            vectors.read(this::see);
        }
    }

    /** What was done of the requests is the device's affair, but once the status is 0 that is all (2.4). */
    private void abandon() {
        queues.notifyAll(sectors);
        bus.status(0);
        seeStatus();
        queues.still();
        vectors.forget();
        reset();
    }

    // ---- Configuration

    private void readConfig(int offset, int width) {
        see(
                "configuration " + offset + " " + width,
                visible(offset, width, bus.configuration(offset, width)));
    }

    /** Without what one of them does not have. */
    @Override
    public long visible(int offset, int width, long value) {
        long shown = 0;
        if (offset + width > DiskFeatures.END) {
            excused.accept(Exclusion.DISK_FIELDS_NOT_OFFERED);
            return shown; // QEMU's ends there, and gives all-ones for what goes on beyond
        }
        for (int i = 0; i < width; i++) {
            if (DiskFeatures.field(disk, features, live, offset + i, excused)) {
                shown |= value & 0xFFL << 8 * i;
            }
        }
        return shown;
    }

    private void writeCache(int value) {
        if ((features & DiskFeatures.CONFIG_WCE) != 0) {
            queues.settle();
            bus.configuration(32, 1, value);
            see("writeback", bus.configuration(32, 1));
        }
    }

    private void resize(int wanted) {
        if (!disk.resizable() || wanted == sectors) {
            return;
        }
        queues.settle();
        int before = bus.generation();
        side.resize(disk, (long) wanted * Disk.SECTOR);
        queues.resized(sectors, wanted);
        sectors = wanted;
        DiskQueues.await(() -> bus.generation() != before);
        see("generation changed " + (bus.generation() != before));
        see("capacity", bus.configuration(0, 8 / 2));
        configurationTold = true;
        state();
        vectors.collect(this::see);
    }

    @Override
    public void takeInterrupt() {
        int why = bus.takeInterrupt();
        if (configurationTold && !disk.pci()) {
            excused.accept(Exclusion.DISK_CONFIGURATION_INTERRUPT);
            why &= ~1;
        }
        configurationTold = false;
        see("interrupt", why);
        seeLine();
    }

    private void readRegister(int row) {
        settled();
        bus.most(
                row % DiskFeatures.queues(disk, features)); // selects: what was notified may differ
        String what = bus.register(row);
        see(what.startsWith("InterruptStatus") && configurationTold ? "InterruptStatus" : what);
    }
}
