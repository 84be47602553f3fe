package io.trapline.virtio;

import io.trapline.device.Board;
import io.trapline.device.GuestMemory;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * VIRTIO 1.2, §2.6: a queue of buffers between a driver and a device. Under the baton of the device's client. The
 * rings are the driver's memory: each value is read once, and one that breaks the rules makes the device need a
 * reset, and nothing else.
 */
public abstract class Virtqueue {
    /** §2.6: the largest queue there is. */
    public static final int LARGEST = 32768;

    /** What {@link #take} answers if nothing is there. */
    static final String NOTHING = "";

    private static final int INDIRECT_ENTRY = 16;
    private static final long MOST_WRITTEN = 0xFFFF_FFFFL; // the field has 32 bits
    static final int NEXT = 1;
    static final int WRITE = 1 << 1;
    static final int INDIRECT = 1 << 2;

    final GuestMemory memory;
    final QueueSetup setup;
    final int size;
    final long descriptors;
    final long driverArea;
    final long deviceArea;
    final boolean eventIdx;
    private final boolean indirect;
    private final Reorder reorder; // null: in any order
    private final Owner owner;
    private int taken; // chains, modulo 2^32
    private int given; // chains, modulo 2^32
    private final Runnable again = this::again;
    private boolean watched;
    private boolean ending; // the driver wants nothing more of it

    /** What a queue needs of its device. */
    interface Owner {
        /** The driver wants to hear that buffers were used. */
        void used(int queue);

        /** The driver has broken a rule; the device needs a reset. */
        void broken(String why);

        /** Whether nothing is taken: the device needs a reset, whoever broke a rule, or may not reach memory. */
        boolean halted();

        /** The most pieces that the device takes in one buffer. */
        int mostPieces();

        /** The machine. */
        Board board();

        /** The device is told that there may be buffers, if there is such a queue. */
        void notified(int queue);
    }

    Virtqueue(GuestMemory memory, QueueSetup setup, long features, Owner owner) {
        this.memory = memory;
        this.setup = setup;
        this.owner = owner;
        size = setup.size;
        descriptors = setup.descriptors;
        driverArea = setup.driverArea;
        deviceArea = setup.deviceArea;
        eventIdx = (features & Features.RING_EVENT_IDX) != 0;
        indirect = (features & Features.RING_INDIRECT_DESC) != 0;
        reorder = (features & Features.IN_ORDER) != 0 ? new Reorder(size) : null;
    }

    /** The queue as the driver has set it up, split or packed. */
    static Virtqueue of(GuestMemory memory, QueueSetup setup, long features, Owner owner) {
        return (features & Features.RING_PACKED) != 0
                ? new PackedQueue(memory, setup, features, owner)
                : new SplitQueue(memory, setup, features, owner);
    }

    /** Its number, from 0. */
    public final int index() {
        return setup.index;
    }

    /** How many descriptors its ring has. */
    public final int size() {
        return size;
    }

    /** Buffers taken, modulo 2^32. */
    final int taken() {
        return taken;
    }

    /** Whether somebody looks at the ring all the time: the driver then need not notify. */
    final void watched(boolean watched) {
        this.watched = watched;
    }

    /** The driver has ended it: nothing more is taken. */
    final void end() {
        ending = true;
    }

    /** Whether nothing is taken of it. */
    final boolean halted() {
        return ending || owner.halted();
    }

    /** Buffers taken and not given back. */
    public final int inFlight() {
        return taken - given;
    }

    /**
     * Takes the next buffer that the driver has made available.
     *
     * @param chain filled; not one that is in flight
     * @return false: there is none, or the driver has broken a rule
     */
    public final boolean next(Chain chain) {
        if (halted()) {
            return false;
        }
        chain.clear();
        String fault =
                inFlight() < size
                        ? take(chain)
                        : isEmpty()
                                ? NOTHING
                                : "more buffers are available than the queue has room for";
        if (fault == null) {
            chain.sequence = taken++;
            return true;
        } else if (!fault.isEmpty()) {
            owner.broken("queue " + setup.index + ": " + fault);
        }
        return false;
    }

    /** Whether the driver has made nothing more available. */
    public abstract boolean isEmpty();

    /** The same from any thread, while the queue is served: a hint, which leaves nothing behind. */
    abstract boolean seemsEmpty();

    /** Takes the next chain; null, {@link #NOTHING}, or what is wrong with it. */
    abstract String take(Chain chain);

    /**
     * Gives a buffer back; the driver hears of it at the next {@link #flush}.
     *
     * @param chain what {@link #next} gave
     * @param bytes how many bytes from the start of what is writable the device has written
     */
    public final void used(Chain chain, long bytes) {
        long written = Math.min(bytes, MOST_WRITTEN); // §2.7.8.2: it may be too few
        if (reorder == null) {
            given++;
            put(chain.id, chain.slots, written);
            return;
        }
        reorder.done(chain, written);
        for (int place = reorder.first(given); place >= 0; place = reorder.first(given)) {
            given++;
            put(reorder.id(place), reorder.slots(place), reorder.written(place));
        }
    }

    /** Writes a used entry, visible to the driver once it is whole. */
    abstract void put(int id, int slots, long written);

    /** Tells the driver of what was given back since the last time, if it wants to hear of it. */
    public final void flush() {
        VarHandle.fullFence(); // §2.7.7.2: first what was used is seen, then what the driver wants
        // is read
        if (!owner.halted() && interruptWanted()) {
            owner.used(setup.index);
        }
    }

    /** Whether the driver wants an interrupt for what was put since the last call. */
    abstract boolean interruptWanted();

    /** Asks the driver to be quiet about more buffers; it may notify all the same. */
    public abstract void quiet();

    /**
     * Asks the driver to notify of the next buffer, unless somebody watches for it.
     *
     * @return whether there is one already: it came too early for that
     */
    public final boolean listen() {
        if (halted()) {
            return false;
        }
        if (!watched) {
            wantNotification();
        }
        VarHandle.fullFence(); // §2.7.10: first the wish is seen, then the ring is looked at again
        return !isEmpty();
    }

    abstract void wantNotification();

    /**
     * Serves the buffers that are available, those that come meanwhile included, and tells the driver. After as many as
     * the queue has descriptors it leaves the rest to another {@link VirtioDevice#available}, which comes by itself: a
     * driver that adds buffers all the time keeps nobody waiting.
     *
     * @param chain used for each in turn
     * @param each serves one and gives it back
     */
    public final void serve(Chain chain, Consumer<Chain> each) {
        quiet();
        int left = size;
        boolean more;
        do {
            while (left > 0 && next(chain)) {
                each.accept(chain);
                left--;
            }
            more = listen();
        } while (more && left > 0);
        flush();
        if (more) {
            owner.board().post(again);
        }
    }

    private void again() {
        owner.notified(setup.index);
    }

    // ---- Descriptors, §2.7.5 and §2.8

    /** Adds a descriptor's piece to a chain, which has a limit. */
    final String add(Chain chain, long address, int length, int flags) {
        if (chain.pieces() >= owner.mostPieces()) {
            return "a chain has more than " + owner.mostPieces() + " descriptors";
        }
        return chain.add(address, length, (flags & WRITE) != 0);
    }

    /** Whether a table of descriptors may stand here, and makes sense; null, or what is wrong. */
    final String checkTable(long address, int length, int flags) {
        long bytes = Integer.toUnsignedLong(length);
        if (!indirect) {
            return "an indirect descriptor, which was not negotiated";
        } else if ((flags & NEXT) != 0) {
            return "an indirect descriptor with a next one";
        } else if (bytes == 0 || bytes % INDIRECT_ENTRY != 0) {
            return "an indirect table of " + bytes + " bytes";
        } else if (bytes / INDIRECT_ENTRY > size) {
            return "an indirect table longer than the queue: " + bytes / INDIRECT_ENTRY;
        }
        return memory.contains(address, bytes)
                ? null
                : "an indirect table is not RAM: 0x" + Long.toHexString(address);
    }

    // ---- State

    /** Where it is in its rings, as plain numbers. */
    abstract int[] position();

    /** Goes on from there; false if a queue like this cannot have been there. */
    abstract boolean position(int[] saved);
}
