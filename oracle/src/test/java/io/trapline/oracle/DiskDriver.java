package io.trapline.oracle;

import io.trapline.oracle.DiskAction.GiveUp;
import io.trapline.oracle.DiskAction.Kick;
import io.trapline.oracle.DiskAction.Mask;
import io.trapline.oracle.DiskAction.MoveBars;
import io.trapline.oracle.DiskAction.Negotiate;
import io.trapline.oracle.DiskAction.ReadConfig;
import io.trapline.oracle.DiskAction.ReadHeader;
import io.trapline.oracle.DiskAction.ReadRegister;
import io.trapline.oracle.DiskAction.ReadVectors;
import io.trapline.oracle.DiskAction.ReadWindow;
import io.trapline.oracle.DiskAction.ResetQueue;
import io.trapline.oracle.DiskAction.Resize;
import io.trapline.oracle.DiskAction.Route;
import io.trapline.oracle.DiskAction.SetMessage;
import io.trapline.oracle.DiskAction.Settle;
import io.trapline.oracle.DiskAction.Submit;
import io.trapline.oracle.DiskAction.Suppress;
import io.trapline.oracle.DiskAction.TakeInterrupt;
import io.trapline.oracle.DiskAction.WriteCache;
import io.trapline.oracle.DiskAction.WriteHeader;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Plays actions on one side as a driver that keeps the rules, and notes what it sees. What it does depends on the
 * actions alone, never on what the device says, but for what a rule makes depend on it.
 */
final class DiskDriver {
    private static final int ACKNOWLEDGE = 1;
    private static final int DRIVER = 2;
    private static final int DRIVER_OK = 4;
    private static final int FEATURES_OK = 8;
    private static final int FAILED = 128;
    private static final long VERSION_1 = 1L << 32;

    private final DiskSide side;
    private final Disk disk;
    private final DiskBus bus;
    private final PciDisk pci; // null: it is not on that bus
    private final DiskQueues queues;
    private final DiskVectors vectors;
    private final Consumer<Exclusion> excused;
    private List<String> seen = new ArrayList<>();
    private long features;
    private long sectors;
    private boolean live;
    private boolean configurationTold; // since the interrupt was taken
    private int place;
    private boolean firmware; // has set the header up

    DiskDriver(DiskSide side, Disk disk, Consumer<Exclusion> excused) {
        this.side = side;
        this.disk = disk;
        this.excused = excused;
        pci = disk.pci() ? new PciDisk(side, disk) : null;
        bus = pci != null ? pci : new MmioDisk(side, disk);
        vectors = new DiskVectors(side, disk, pci);
        queues = new DiskQueues(side, disk, bus, vectors, this::see);
        sectors = disk.sectors;
    }

    private void see(String what) {
        seen.add(what);
    }

    private void see(String what, long value) {
        see(what + " 0x" + Long.toHexString(value));
    }

    /** Brings the disk to the state in which each case begins, but for what is on it. */
    void prologue() {
        if (pci != null && live) {
            pci.place(place);
        }
        bus.prologue();
        firmware = true;
        features = 0;
        live = false;
        configurationTold = false;
        place = 0;
        vectors.off();
        queues.forget();
        if (sectors != disk.sectors) {
            side.resize(disk, disk.sectors * Disk.SECTOR);
            sectors = disk.sectors;
        }
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
        if (pci != null) {
            see(pci.discover());
            for (int register = 0; register < 0x40; register += 4) {
                seeHeader(register, 4);
            }
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
            takeInterrupt();
        } else if (live) {
            playLive(action);
        }
        if (pci != null && seen.isEmpty()) {
            playBus(action);
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
        } else if (action instanceof ResetQueue a && pci != null && (features >>> 40 & 1) != 0) {
            queues.settle();
            int queue = a.queue() % DiskFeatures.queues(disk, features);
            see(pci.resetQueue(queue));
            vectors.routed(queue, 0xFFFF);
            queues.open(queue, new Random(a.seed()), features);
        }
    }

    private void playBus(DiskAction action) {
        if (action instanceof Mask a) {
            settled();
            vectors.mask(a, this::see);
        } else if (action instanceof SetMessage a) {
            vectors.set(a);
        } else if (action instanceof ReadVectors) {
            settled();
            vectors.read(this::see);
        } else if (action instanceof Route a && live) {
            settled();
            vectors.route(a, this::see);
        } else if (action instanceof ReadHeader a) {
            settled();
            seeHeader(a.offset(), a.width());
        } else if (action instanceof WriteHeader a) {
            writeHeader(a);
        } else if (action instanceof MoveBars a) {
            settled();
            place = a.place();
            pci.place(place);
            see("status", bus.status());
        } else if (action instanceof ReadWindow a) {
            settled();
            int offset = a.offset() & -a.width();
            see("window " + offset, visible(offset, a.width(), pci.window(4, offset, a.width())));
        }
    }

    private void settled() {
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
        see("status", bus.status());
        bus.status(ACKNOWLEDGE | DRIVER);
        long both = DiskFeatures.common(disk);
        see("offered", offered() & both);
        features = a.wish() & both | VERSION_1;
        bus.accept(0, (int) features);
        bus.accept(1, (int) (features >>> 32));
        bus.status(ACKNOWLEDGE | DRIVER | FEATURES_OK);
        see("status", bus.status());
        Random random = new Random(a.seed());
        if (pci != null) {
            vectors.setUp(a.messages(), random, this::see);
        }
        int queuesUsed = DiskFeatures.queues(disk, features);
        for (int queue = 0; queue < queuesUsed; queue++) {
            queues.open(queue, random, features);
        }
        bus.status(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
        see("status", bus.status());
        live = true;
    }

    private void reset() {
        queues.forget();
        bus.status(0);
        see("status", bus.status());
        see("line " + bus.line());
        live = false;
        features = 0;
        configurationTold = false;
    }

    private void giveUp(boolean failed) {
        if (failed) {
            settled();
            int status = bus.status();
            bus.status(status | FAILED);
            see("status", bus.status());
        }
        settled();
        reset();
        if (pci != null && vectors.on()) {
            vectors.read(this::see);
        }
    }

    // ---- Configuration

    private void readConfig(int offset, int width) {
        see(
                "configuration " + offset + " " + width,
                visible(offset, width, bus.configuration(offset, width)));
    }

    /** Without what one of them does not have. */
    private long visible(int offset, int width, long value) {
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
        if (!disk.kept() || disk.readOnly() || wanted == sectors) {
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
        see("status", bus.status());
        see("line " + bus.line());
        vectors.collect(this::see);
    }

    private void takeInterrupt() {
        settled();
        int why = bus.takeInterrupt();
        if (configurationTold && pci == null) {
            excused.accept(Exclusion.DISK_CONFIGURATION_INTERRUPT);
            why &= ~1;
        }
        configurationTold = false;
        see("interrupt", why);
        see("line " + bus.line());
    }

    private void readRegister(int row) {
        settled();
        bus.most(
                row % DiskFeatures.queues(disk, features)); // selects: what was notified may differ
        String what = bus.register(row);
        see(what.startsWith("InterruptStatus") && configurationTold ? "InterruptStatus" : what);
    }

    // ---- PCI header

    private void seeHeader(int register, int width) {
        long value = pci.header(register, width);
        long mask = -1;
        for (int i = 0; i < width; i++) {
            if (DiskFeatures.hidden(register + i, firmware)) {
                mask &= ~(0xFFL << 8 * i);
            } else if (register + i == 6 && vectors.on()) {
                mask &= ~(8L << 8 * i);
                excused.accept(Exclusion.DISK_STATUS_WITH_MESSAGES);
            }
        }
        see(String.format(Locale.ROOT, "header %x", register), value & mask);
    }

    private void writeHeader(WriteHeader a) {
        settled();
        boolean bar = a.offset() >= 0x10 && a.offset() < 0x28;
        boolean command = a.offset() == 4;
        if (command) {
            pci.header(4, 2, a.value() & 0x540 | 6); // a driver at work keeps memory and bus master
        } else {
            pci.header(a.offset(), a.width(), bar ? -1 : a.value());
        }
        see(String.format(Locale.ROOT, "header %x", a.offset()), pci.header(a.offset(), a.width()));
        if (bar) {
            pci.place(place);
        }
        see("status", bus.status());
        see("line " + bus.line());
    }
}
