package io.trapline.virtio;

import io.trapline.device.DeviceState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** A device that keeps what it is given until the test has it given back. */
final class Sink implements VirtioDevice {
    static final int QUEUES = 2;
    static final int SIZE = 16;

    final Deque<Chain> held = new ArrayDeque<>();
    final List<String> log = new ArrayList<>();
    boolean echo = true; // gives everything back at once
    boolean stopEndsAll; // what is held of another queue is given back when one stops
    boolean drains = true; // lets go of a queue at once
    long features;
    final List<Long> agreements = new ArrayList<>(); // since the last reset
    long configuration = 0x8877_6655_4433_2211L;
    VirtioPort port;
    private final int size;

    Sink() {
        this(SIZE);
    }

    Sink(int size) {
        this.size = size;
    }

    @Override
    public int type() {
        return 42;
    }

    @Override
    public long features() {
        return 1L << 3 | 1L << 50 | 1L << 27; // the last is not a device's to offer
    }

    @Override
    public int queues() {
        return QUEUES;
    }

    @Override
    public int queueSize() {
        return size;
    }

    @Override
    public int mostPieces() {
        return 12;
    }

    @Override
    public int configurationLength() {
        return 8;
    }

    @Override
    public long readConfiguration(int offset, int width) {
        return configuration >>> 8 * offset;
    }

    @Override
    public void writeConfiguration(int offset, int width, long value) {
        log.add("configure " + offset + "+" + width + "=" + value);
    }

    @Override
    public void install(VirtioPort port) {
        this.port = port;
    }

    @Override
    public void negotiated(long agreed) {
        agreements.add(agreed);
    }

    @Override
    public boolean drain(Virtqueue queue) {
        log.add("drain " + queue.index());
        return drains;
    }

    @Override
    public void start(long agreed) {
        if (!agreements.equals(List.of(agreed))) {
            throw new AssertionError("started with " + agreed + ", agreed were " + agreements);
        }
        features = agreed;
        log.add("start");
    }

    /** Bytes readable and writable of each buffer are logged. */
    @Override
    public void available(Virtqueue queue) {
        Chain chain = new Chain(port.board().memory());
        while (queue.next(chain)) {
            log.add(queue.index() + ": " + chain.readable() + " in, " + chain.writable() + " out");
            if (echo) {
                queue.used(chain, chain.writable());
            } else {
                held.add(chain);
            }
            chain = new Chain(port.board().memory());
        }
        queue.listen();
        queue.flush();
    }

    @Override
    public void stop(Virtqueue queue, boolean giveBack) {
        log.add("stop " + queue.index());
        while (giveBack && !held.isEmpty()) {
            queue.used(held.remove(), 0);
        }
        while (stopEndsAll && !held.isEmpty()) {
            port.queue(1 - queue.index()).used(held.remove(), 0);
        }
        held.clear();
        if (giveBack) {
            queue.flush();
        }
    }

    @Override
    public void reset() {
        agreements.clear();
        log.add("reset");
    }

    @Override
    public DeviceState save() {
        return new DeviceState("sink", 1, Map.of("configuration", configuration));
    }

    @Override
    public void restore(DeviceState state) {
        state.require("sink", 1);
        if (state.number("configuration") != configuration) {
            port.configurationChanged();
        }
    }
}
