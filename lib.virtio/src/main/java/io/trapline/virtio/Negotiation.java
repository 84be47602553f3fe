package io.trapline.virtio;

import io.trapline.device.Board;
import io.trapline.device.Inspector;

/**
 * VIRTIO 1.2, §2.1 to §2.6 and chapter 3: the device status, the features, and the queues as the driver sets them up,
 * whatever the transport. What a driver may not do at a moment has no effect; what makes no sense needs a reset.
 */
final class Negotiation implements VirtioPort, Virtqueue.Owner {
    private final VirtioDevice device;
    private final Board board;
    private final Signals signals;
    private final long offered;
    private final QueueSetup[] setups;
    private final Virtqueue[] queues;
    private int status;
    private long accepted;
    private int generation;
    private int seenGeneration; // when the driver last asked
    private String why = "";

    /** How a transport tells the driver. */
    interface Signals {
        /** Buffers of a queue were used. */
        void used(QueueSetup queue);

        /** The configuration or the status has changed. */
        void configuration();

        /** Features are negotiated: the driver is about to notify. */
        default void started(long features) {}

        /** What it offers besides the ring's features. */
        default long features() {
            return 0;
        }

        /** Whether the driver lets the device reach memory. */
        default boolean reachesMemory() {
            return true;
        }
    }

    /** With all features but those that are withheld. */
    Negotiation(VirtioDevice device, Board board, Signals signals, long withheld) {
        this.device = device;
        this.board = board;
        this.signals = signals;
        offered =
                (device.features() & ~Features.RESERVED | Features.OF_THE_RING | signals.features())
                        & (~withheld | Features.VERSION_1);
        setups = new QueueSetup[device.queues()];
        queues = new Virtqueue[setups.length];
        for (int i = 0; i < setups.length; i++) {
            setups[i] = new QueueSetup(i, device.queueSize());
        }
    }

    // ---- Features, §2.2

    /** 32 of the features offered. */
    int offered(int select) {
        return word(offered, select);
    }

    /** 32 of the features that the driver has chosen. */
    int accepted(int select) {
        return word(accepted, select);
    }

    private static int word(long features, int select) {
        return select == 0 ? (int) features : select == 1 ? (int) (features >>> 32) : 0;
    }

    /** The driver chooses 32 of the features; §3.1.1: not once they are agreed. */
    void accept(int select, int chosen) {
        if ((status & Status.FEATURES_OK) != 0) {
            return;
        }
        long bits = Integer.toUnsignedLong(chosen);
        if (select == 0) {
            accepted = accepted & ~0xFFFF_FFFFL | bits;
        } else if (select == 1) {
            accepted = accepted & 0xFFFF_FFFFL | bits << 32;
        }
    }

    long features() {
        return accepted;
    }

    // ---- Status, §2.1 and §3.1

    int status() {
        return status;
    }

    /** §2.1.1: a driver sets bits and clears none, but by writing 0. */
    void status(int value) {
        if (value == 0) {
            reset();
            return;
        }
        int risen = value & Status.OF_THE_DRIVER & ~status;
        if ((risen & Status.FEATURES_OK) != 0 && !agreeable()) {
            risen &=
                    ~(Status.FEATURES_OK
                            | Status.DRIVER_OK); // §3.1.1, step 5: it is for the driver to look
        }
        status |= risen;
        if ((status & Status.FEATURES_OK) == 0) {
            status &= ~Status.DRIVER_OK;
        } else if ((risen & Status.DRIVER_OK) != 0) {
            start();
        }
    }

    /** §2.2.2 and §6.2: a part of what is offered, and no legacy driver's choice. */
    private boolean agreeable() {
        return (accepted & ~offered) == 0 && (accepted & Features.VERSION_1) != 0;
    }

    private void start() {
        signals.started(accepted);
        for (QueueSetup setup : setups) {
            open(setup);
        }
        device.start(accepted);
        look();
    }

    /** Serves what is there already: nobody may notify of it again. */
    private void look() {
        for (Virtqueue queue : queues) {
            if (queue != null && !halted() && !queue.isEmpty()) {
                device.available(queue);
            }
        }
    }

    /**
     * The driver has taken the device's right to reach memory, or given it back. It is taken with nothing in flight;
     * given back, the driver hears of what was done last, and what it has made available meanwhile is served.
     */
    void reachChanged() {
        if (!signals.reachesMemory()) {
            quiesce();
            return;
        }
        for (Virtqueue queue : queues) {
            if (queue != null) {
                queue.flush();
                if (queue.listen()) {
                    device.available(queue);
                }
            }
        }
    }

    boolean started() {
        return (status & Status.DRIVER_OK) != 0;
    }

    private boolean needsReset() {
        return (status & Status.DEVICE_NEEDS_RESET) != 0;
    }

    @Override
    public boolean halted() {
        return needsReset() || !signals.reachesMemory();
    }

    /** Power-on, by the driver or the machine. */
    void reset() {
        for (int i = 0; i < queues.length; i++) {
            close(i, false);
            setups[i].reset();
        }
        device.reset();
        status = 0;
        accepted = 0;
        why = "";
    }

    // ---- Queues, §2.6

    int queueCount() {
        return setups.length;
    }

    /** How the driver has set a queue up; null: there is no such queue. */
    QueueSetup setup(int index) {
        return index >= 0 && index < setups.length ? setups[index] : null;
    }

    /** The driver has set a queue up. */
    void enable(QueueSetup setup) {
        if (!setup.enabled) {
            setup.enabled = true;
            if (started()) {
                open(setup);
            }
        }
    }

    /** §2.6.1: the driver resets one queue, where that was negotiated. */
    void resetQueue(QueueSetup setup) {
        if ((accepted & Features.RING_RESET) != 0 && (status & Status.FEATURES_OK) != 0) {
            disable(setup);
        }
    }

    /**
     * The queue is as at power-on, and may be set up anew. The device may have waited for requests of others
     * meanwhile: their drivers hear of it.
     */
    void disable(QueueSetup setup) {
        close(setup.index, false);
        setup.reset();
        for (Virtqueue other : queues) {
            if (other != null) {
                other.flush();
            }
        }
        look();
    }

    private void open(QueueSetup setup) {
        if (!setup.enabled || needsReset()) {
            return;
        }
        String fault = Rings.check(setup, accepted, board.memory());
        if (fault != null) {
            broken("queue " + setup.index + ": " + fault);
        } else {
            queues[setup.index] = Virtqueue.of(board.memory(), setup, accepted, this);
            queues[setup.index].listen();
        }
    }

    private void close(int index, boolean giveBack) {
        Virtqueue queue = queues[index];
        if (queue != null) {
            device.stop(queue, giveBack);
            queues[index] = null;
        }
    }

    /** The driver notifies; §4.1.5.2: one for a queue that is not there has no effect. */
    void notified(int index) {
        Virtqueue queue = index >= 0 && index < queues.length ? queues[index] : null;
        if (queue != null && !halted()) {
            device.available(queue);
        }
    }

    @Override
    public Board board() {
        return board;
    }

    @Override
    public Virtqueue queue(int index) {
        return queues[index];
    }

    @Override
    public void used(int queue) {
        signals.used(setups[queue]);
    }

    @Override
    public int mostPieces() {
        return device.mostPieces();
    }

    /** §2.1.2: with DRIVER_OK the driver is told. */
    @Override
    public void broken(String what) {
        if (!needsReset()) {
            why = what.isEmpty() ? "no reason was given" : what;
            status |= Status.DEVICE_NEEDS_RESET;
            if (started()) {
                signals.configuration();
            }
        }
    }

    // ---- Configuration, §2.5

    /** §4.1.4.3.1: the driver asks for it. */
    int takeGeneration() {
        seenGeneration = generation;
        return generation;
    }

    long readConfiguration(long offset, int width) {
        return offset + width <= device.configurationLength()
                ? device.readConfiguration((int) offset, width)
                : -1L; // nothing is there
    }

    void writeConfiguration(long offset, int width, long value) {
        if (offset + width <= device.configurationLength()) {
            device.writeConfiguration((int) offset, width, value);
        }
    }

    @Override
    public void configurationChanged() {
        generation++;
        if (((generation ^ seenGeneration) & 0xFF) == 0) {
            generation++; // §4.1.4.3.1: of its 8 bits the driver would see no change
        }
        if (started()) {
            signals.configuration();
        }
    }

    // ---- State

    /** Has nothing in flight any more; what was is given back. */
    void quiesce() {
        for (int i = 0; i < queues.length; i++) {
            Virtqueue queue = queues[i];
            if (queue != null) {
                device.stop(queue, true);
            }
        }
    }

    NegotiationState save() {
        int[][] positions = new int[queues.length][];
        for (int i = 0; i < queues.length; i++) {
            positions[i] = queues[i] == null ? new int[0] : queues[i].position();
        }
        return new NegotiationState(
                status, accepted, generation, seenGeneration, why, setups, positions);
    }

    /**
     * Goes on where a predecessor of the same layout was.
     *
     * @throws IllegalArgumentException if no driver and device can have come to be there
     */
    void restore(NegotiationState saved) {
        status = saved.status();
        accepted = saved.accepted();
        generation = saved.generation();
        seenGeneration = saved.seenGeneration();
        why = saved.why();
        boolean agreed = (status & Status.FEATURES_OK) != 0;
        NegotiationState.require(
                (status & ~(Status.OF_THE_DRIVER | Status.DEVICE_NEEDS_RESET)) == 0
                        && (agreed || !started())
                        && (!agreed || agreeable())
                        && needsReset() != why.isEmpty(),
                "status=" + status + " with features=0x" + Long.toHexString(accepted));
        for (int i = 0; i < setups.length; i++) {
            setups[i].copy(saved.setups()[i]);
        }
        if (started()) {
            signals.started(accepted);
            for (QueueSetup setup : setups) {
                reopen(setup, saved.positions()[setup.index]);
            }
            device.start(accepted);
            board.post(this::resume);
        }
    }

    /** The predecessor may have asked for quiet, and may have left what it was notified of. */
    private void resume() {
        for (Virtqueue queue : queues) {
            if (queue != null && queue.listen()) {
                device.available(queue);
            }
        }
    }

    /** The queue as its predecessor left it, in a device that needs a reset, too. */
    private void reopen(QueueSetup setup, int[] position) {
        if (position.length == 0) {
            return;
        }
        String fault = Rings.check(setup, accepted, board.memory());
        if (fault == null) {
            Virtqueue queue = Virtqueue.of(board.memory(), setup, accepted, this);
            fault = setup.enabled && queue.position(position) ? null : "its position";
            queues[setup.index] = queue;
        }
        NegotiationState.require(fault == null, "queue " + setup.index + ": " + fault);
    }

    void inspect(Inspector out) {
        out.register("device status", status, 1);
        out.register("features offered", offered, 8);
        out.register("features accepted", accepted, 8);
        out.number("configuration generation", generation);
        if (!why.isEmpty()) {
            out.text("needs reset", why);
        }
        for (QueueSetup setup : setups) {
            Inspector group = out.group("queue " + setup.index);
            group.number("size", setup.size);
            group.flag("enabled", setup.enabled);
            group.register("descriptors", setup.descriptors, 8);
            group.register("driver area", setup.driverArea, 8);
            group.register("device area", setup.deviceArea, 8);
            Virtqueue queue = queues[setup.index];
            if (queue != null) {
                group.number("in flight", queue.inFlight());
            }
        }
    }
}
