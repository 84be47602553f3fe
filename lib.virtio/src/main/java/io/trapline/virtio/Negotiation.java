package io.trapline.virtio;

import io.trapline.device.Board;
import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;

/**
 * VIRTIO 1.2, §2.1 to §2.6 and chapter 3: the device status, the features, and the queues as the driver sets them up,
 * whatever the transport. What a driver may not do at a moment has no effect; what makes no sense needs a reset.
 */
final class Negotiation implements VirtioPort, Virtqueue.Owner {
    private final VirtioDevice device;
    private final Board board;
    private final Signals signals;
    private final Choice choice;
    private final QueueSetup[] setups;
    private final Virtqueue[] queues;
    private final ConfigurationSpace space;
    private final Ending ending;
    private int status;
    private String why = "";

    /** With all features but those that are withheld. */
    Negotiation(VirtioDevice device, Board board, Signals signals, long withheld) {
        this.device = device;
        this.board = board;
        this.signals = signals;
        long all = device.features() & ~Features.RESERVED | Features.OF_THE_RING;
        choice = new Choice((all | signals.features()) & (~withheld | Features.VERSION_1));
        setups = new QueueSetup[device.queues()];
        queues = new Virtqueue[setups.length];
        for (int i = 0; i < setups.length; i++) {
            setups[i] = new QueueSetup(i, device.queueSize());
        }
        space = new ConfigurationSpace(device);
        ending = new Ending(device, this, board, setups.length);
    }

    // ---- Features, §2.2

    Choice choice() {
        return choice;
    }

    long features() {
        return choice.accepted();
    }

    /** The driver chooses 32 of the features; §3.1.1: not once they are agreed. */
    void accept(int select, int chosen) {
        if (!agreed()) {
            choice.accept(select, chosen);
        }
    }

    // ---- Status, §2.1 and §3.1

    int status() {
        return status;
    }

    /** §2.1.1: a driver sets bits and clears none, but by writing 0. */
    void status(int value) {
        if (value == 0) {
            ending.begin();
            return;
        } else if (ending.ofAll()) {
            return;
        }
        int risen = value & Status.OF_THE_DRIVER & ~status;
        if ((risen & Status.FEATURES_OK) != 0 && !choice.isAgreeable()) {
            // §3.1.1, step 5: it is for the driver to look
            risen &= ~(Status.FEATURES_OK | Status.DRIVER_OK);
        }
        status |= risen;
        if ((risen & Status.FEATURES_OK) != 0) {
            device.negotiated(features());
        }
        if (!agreed()) {
            status &= ~Status.DRIVER_OK;
        } else if ((risen & Status.DRIVER_OK) != 0) {
            start();
        }
    }

    private void start() {
        signals.started(features());
        for (QueueSetup setup : setups) {
            open(setup);
        }
        device.start(features());
        look();
    }

    /** Serves what is there already: nobody may notify of it again. */
    private void look() {
        for (Virtqueue queue : queues) {
            if (queue != null && !queue.halted() && !queue.isEmpty()) {
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

    private boolean agreed() {
        return (status & Status.FEATURES_OK) != 0;
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

    /** By the driver or the machine; the driver goes on when all is as at power-on. */
    void reset() {
        clear();
        signals.reset();
        ending.done();
    }

    private void clear() {
        for (int i = 0; i < queues.length; i++) {
            close(i, false);
            setups[i].reset();
        }
        device.reset();
        status = 0;
        choice.accept(0);
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
        if (!setup.enabled && !ending.ofAll()) {
            setup.enabled = true;
            if (started()) {
                open(setup);
            }
        }
    }

    /** §2.6.1: the driver resets one queue, where that was negotiated. */
    void resetQueue(QueueSetup setup) {
        if ((features() & Features.RING_RESET) != 0 && agreed()) {
            disable(setup);
        }
    }

    /** The driver is done with a queue: it may be set up anew once the device is, too. */
    void disable(QueueSetup setup) {
        ending.begin(setup.index);
    }

    /** §4.1.4.3.1: whether a queue's reset is under way. */
    boolean isEnding(QueueSetup setup) {
        return ending.of(setup.index);
    }

    @Override
    public void drained(Virtqueue queue) {
        ending.drained(queue);
    }

    /**
     * The queue is as at power-on, and may be set up anew. The device may have waited for requests of others
     * meanwhile: their drivers hear of it.
     */
    void ended(int index) {
        close(index, false);
        setups[index].reset();
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
        String fault = Rings.check(setup, features(), board.memory());
        if (fault != null) {
            broken("queue " + setup.index + ": " + fault);
        } else {
            queues[setup.index] = Virtqueue.of(board.memory(), setup, features(), this);
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
    @Override
    public void notified(int index) {
        Virtqueue queue = index >= 0 && index < queues.length ? queues[index] : null;
        if (queue != null && !queue.halted()) {
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

    int takeGeneration() {
        return space.takeGeneration();
    }

    long readConfiguration(long offset, int width) {
        return space.read(offset, width);
    }

    void writeConfiguration(long offset, int width, long value) {
        if (!ending.ofAll()) {
            space.write(offset, width, value);
        }
    }

    @Override
    public void configurationChanged() {
        space.changed();
        if (started()) {
            signals.configuration();
        }
    }

    // ---- State

    /** Has nothing in flight any more; what was is given back, and what the driver has reset is. */
    void quiesce() {
        ending.finish();
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
                status, features(), space.generation(), space.seen(), why, setups, positions);
    }

    /**
     * Goes on where a predecessor of the same layout was. The transport has done so: the device may have news.
     *
     * @param own the device's
     * @throws IllegalArgumentException if no driver and device can have come to be there
     */
    void restore(NegotiationState saved, DeviceState own) {
        clear();
        status = saved.status();
        choice.accept(saved.accepted());
        space.restore(saved.generation(), saved.seenGeneration());
        why = saved.why();
        NegotiationState.require(
                (status & ~(Status.OF_THE_DRIVER | Status.DEVICE_NEEDS_RESET)) == 0
                        && (agreed() || !started())
                        && (!agreed() || choice.isAgreeable())
                        && needsReset() != why.isEmpty(),
                "status=" + status + " with features=0x" + Long.toHexString(features()));
        for (int i = 0; i < setups.length; i++) {
            setups[i].copy(saved.setups()[i]);
        }
        if (started()) {
            for (QueueSetup setup : setups) {
                reopen(setup, saved.positions()[setup.index]);
            }
        }
        device.restore(own);
        if (agreed()) {
            device.negotiated(features());
        }
        if (started()) {
            signals.started(features());
            device.start(features());
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
        String fault = Rings.check(setup, features(), board.memory());
        if (fault == null) {
            Virtqueue queue = Virtqueue.of(board.memory(), setup, features(), this);
            fault = setup.enabled && queue.position(position) ? null : "its position";
            queues[setup.index] = queue;
        }
        NegotiationState.require(fault == null, "queue " + setup.index + ": " + fault);
    }

    void inspect(Inspector out) {
        out.register("device status", status, 1);
        out.register("features offered", choice.offered(), 8);
        out.register("features accepted", features(), 8);
        out.number("configuration generation", space.generation());
        if (!why.isEmpty()) {
            out.text("needs reset", why);
        }
        for (QueueSetup setup : setups) {
            setup.inspect(out.group("queue " + setup.index), queues[setup.index]);
        }
    }
}
