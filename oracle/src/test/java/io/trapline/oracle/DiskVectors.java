package io.trapline.oracle;

import io.trapline.oracle.DiskAction.Mask;
import io.trapline.oracle.DiskAction.Route;
import io.trapline.oracle.DiskAction.SetMessage;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** MSI-X of a disk: each vector's message is a store to a word of its own. */
final class DiskVectors {
    private static final int NONE = 0xFFFF;
    private static final int WORDS = 0xF_0000; // in the disk's room

    private final DiskSide side;
    private final Disk disk;
    private final PciDisk pci; // null: there are none
    private final int count;
    private final boolean[] masked;
    private final int[] routes; // of the queues, and of the configuration
    private boolean written; // the table, since power-on
    private boolean on;
    private boolean allMasked;

    DiskVectors(DiskSide side, Disk disk, PciDisk pci) {
        this.side = side;
        this.disk = disk;
        this.pci = pci;
        count = disk.queues + 1;
        masked = new boolean[count];
        routes = new int[disk.queues + 1];
        off();
    }

    void off() {
        on = false;
        written = false;
        allMasked = false;
        Arrays.fill(masked, true);
        Arrays.fill(routes, NONE);
    }

    boolean on() {
        return on;
    }

    private long word(int vector) {
        return disk.room() + WORDS + 4L * vector;
    }

    /** As a driver does before DRIVER_OK: the table, then the routes. */
    void setUp(boolean wanted, Random random, Consumer<String> seen) {
        Arrays.fill(routes, NONE);
        on = wanted;
        allMasked = false;
        forget();
        if (!on) {
            pci.enableMessages(false, false);
            seen.accept("MSI-X " + pci.messageControl());
            return;
        }
        write(random);
        pci.enableMessages(true, false);
        seen.accept("MSI-X " + pci.messageControl());
        for (int queue = -1; queue < disk.queues; queue++) {
            route(queue, random.nextInt(count + 2), seen);
        }
    }

    private void write(Random random) {
        pci.enableMessages(true, true);
        for (int vector = 0; vector < count; vector++) {
            pci.message(vector, word(vector), 0x4000 | random.nextInt(0x1000));
            masked[vector] = random.nextInt(8) == 0;
            pci.mask(vector, masked[vector]);
        }
        written = true;
    }

    /** Switches them on or off, under a driver at work: the routes stay. */
    void turn(boolean wanted, Random random, Consumer<String> seen) {
        on = wanted;
        allMasked = false;
        if (on && !written) {
            write(random);
        }
        forget();
        pci.enableMessages(on, false);
        read(seen);
        collect(seen);
    }

    private void route(int queue, int vector, Consumer<String> seen) {
        int told = vector == count ? NONE : vector; // one beyond that is not there
        int now = pci.route(queue, told);
        routed(queue, told < count ? told : NONE);
        seen.accept("vector of " + queue + ": " + now);
    }

    void routed(int queue, int vector) {
        routes[queue < 0 ? disk.queues : queue] = vector;
    }

    void route(Route a, Consumer<String> seen) {
        int routed = routes[a.queue() < 0 ? disk.queues : a.queue() % disk.queues];
        boolean mayBePending = routed != NONE && (masked[routed] || allMasked);
        if (on && !mayBePending) {
            route(a.queue() < 0 ? -1 : a.queue() % disk.queues, a.vector() % (count + 2), seen);
            collect(seen);
        }
    }

    void mask(Mask a, Consumer<String> seen) {
        if (!on) {
            return;
        }
        if (a.vector() < 0) {
            allMasked = a.masked();
            pci.enableMessages(true, allMasked);
        } else {
            int vector = a.vector() % count;
            masked[vector] = a.masked();
            pci.mask(vector, a.masked());
        }
        collect(seen);
        read(seen);
    }

    void set(SetMessage a) {
        int vector = a.vector() % count;
        if (on && (masked[vector] || allMasked)) {
            pci.message(vector, word(vector), 0x8000 | a.data());
        }
    }

    void read(Consumer<String> seen) {
        StringBuilder all = new StringBuilder("MSI-X " + pci.messageControl());
        for (int vector = 0; vector < count; vector++) {
            all.append(' ').append(pci.vectorControl(vector));
        }
        seen.accept(all + ", pending " + Long.toHexString(pci.pending()));
    }

    /** Nobody asks what was stored up to now. */
    void forget() {
        side.fill(word(0), 4 * count, 0);
    }

    /** The words that messages go to. */
    byte[] stored() {
        return side.load(word(0), 4 * count);
    }

    /** What was stored since the last time. */
    void collect(Consumer<String> seen) {
        if (on) {
            StringBuilder all = new StringBuilder("messages");
            for (byte part : stored()) {
                all.append(' ').append(part & 0xFF);
            }
            forget();
            seen.accept(all.toString());
        }
    }
}
