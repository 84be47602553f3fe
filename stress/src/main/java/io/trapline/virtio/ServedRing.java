package io.trapline.virtio;

import io.trapline.device.Board;
import io.trapline.stress.Slots;
import io.trapline.tck.TestBoard;
import io.trapline.tck.TestMemory;

/** A ring with its driver, and a device that gives back at once all it takes; a place in memory for each. */
final class ServedRing implements VirtioDevice, Signals {
    /** How many buffers there will be: many, since it takes luck to look at the wrong moment. */
    static final int SIZE = 64;

    /** Places; jcstress keeps fewer states than that. */
    private static final int COUNT = 1 << 14;

    private static final int ROOM = 0x800;
    private static final int AVAILABLE = 0x400; // after the descriptors
    private static final int USED = 0x500;
    private static final int DEVICE_WRITES = 2;
    private static final TestMemory MEMORY = new TestMemory((long) ROOM * COUNT);
    private static final ThreadLocal<Boolean> WATCHES = ThreadLocal.withInitial(() -> false);

    static {
        MEMORY.watch(
                (address, length) -> {
                    if (WATCHES.get()) {
                        Thread.yield(); // what was read is old by the time that it is looked at
                    }
                });
    }

    private static final Board BOARD = new TestBoard("ring", MEMORY);

    private final QueueBell bell;
    int served;
    private final boolean packed;
    private final long at = (long) ROOM * (Slots.next() % COUNT);
    private final Chain chain = new Chain(MEMORY);
    private final Negotiation negotiation;
    private int added;

    ServedRing(boolean packed) {
        this.packed = packed;
        for (int i = 0; i < ROOM; i += 8) {
            MEMORY.store(at + i, 8, 0);
        }
        negotiation = new Negotiation(this, BOARD, this, 0);
        bell = new QueueBell(negotiation, 0);
        int agreed = Status.ACKNOWLEDGE | Status.DRIVER | Status.FEATURES_OK;
        negotiation.accept(
                1, (int) ((Features.VERSION_1 | (packed ? Features.RING_PACKED : 0)) >>> 32));
        negotiation.status(agreed);
        QueueSetup setup = negotiation.setup(0);
        setup.descriptors = at;
        setup.driverArea = at + AVAILABLE;
        setup.deviceArea = at + USED;
        negotiation.enable(setup);
        negotiation.status(agreed | Status.DRIVER_OK);
    }

    /** The driver makes one more buffer available; at most {@link #SIZE} in all. */
    void add() {
        int index = added++;
        long descriptor = at + 16L * index;
        MEMORY.store(descriptor, 8, at);
        MEMORY.store(descriptor + 8, 4, 1);
        if (packed) {
            MEMORY.store(descriptor + 12, 2, index);
            MEMORY.storeRelease(
                    descriptor + 14, 2, 1 << 7 | DEVICE_WRITES); // AVAIL in the first round
        } else {
            MEMORY.store(descriptor + 12, 2, DEVICE_WRITES);
            MEMORY.store(at + AVAILABLE + 4 + 2L * index, 2, index);
            MEMORY.storeRelease(at + AVAILABLE + 2, 2, added);
        }
    }

    /** The driver makes all but the first available, one by one. */
    void addAll() {
        while (added < SIZE) {
            add();
        }
    }

    /** The device's doorbell is rung so often. */
    void serve() {
        for (int i = 0; i < SIZE; i++) {
            bell.rung(true);
        }
    }

    /** Somebody looks so often whether there is something to do. */
    void watch() {
        WATCHES.set(true);
        for (int i = 0; i < SIZE; i++) {
            bell.due();
        }
        WATCHES.set(false);
    }

    /** The watch is over: what is left is served. */
    void unwatch() {
        bell.rung(false);
    }

    /** 1: the device found that its driver had broken a rule. */
    int needsReset() {
        return negotiation.status() / Status.DEVICE_NEEDS_RESET & 1;
    }

    @Override
    public int type() {
        return 42;
    }

    @Override
    public long features() {
        return 0;
    }

    @Override
    public int queueSize() {
        return SIZE;
    }

    @Override
    public void install(VirtioPort port) {
        throw new AssertionError("it has no transport");
    }

    @Override
    public void available(Virtqueue queue) {
        queue.serve(chain, this::giveBack);
    }

    private void giveBack(Chain taken) {
        served++;
        negotiation.queue(0).used(taken, 0);
    }

    @Override
    public void used(QueueSetup queue) {}

    @Override
    public void configuration() {}

    @Override
    public void reset() {}
}
