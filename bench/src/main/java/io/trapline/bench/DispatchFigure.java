package io.trapline.bench;

import com.sun.management.ThreadMXBean;
import io.trapline.hypervisor.IoRequestSlot;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Consumer;

/** The framework's own share of an access, without a guest: in a hot loop, on one thread. */
final class DispatchFigure implements Figure {
    /** Accesses timed together: half a millisecond, so that most are over before another process gets the core. */
    private static final int SLICE = 10_000;

    /** Slices in a turn; the median counts. */
    private static final int SLICES = 51;

    private static final int WARM_UP_SLICES = 1000;

    private final String name;
    private final int type;
    private final int claims;
    private final Order order;

    /**
     * A comparison of the framework with the bare slot and device.
     *
     * @param type of the claims, as in a slot
     * @param claims how many
     * @param order which of them are read
     */
    DispatchFigure(String name, int type, int claims, Order order) {
        this.name = name;
        this.type = type;
        this.claims = claims;
        this.order = order;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String about() {
        String space = type == IoRequestSlot.PORTIO ? "port" : "memory";
        String which = order == Order.FIRST ? "the first of " + claims : "any of " + claims;
        return "slot, look-up, baton, device, slot: "
                + which
                + " "
                + space
                + " claims, against slot and device alone";
    }

    @Override
    public String missing() {
        return null;
    }

    @Override
    public List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        try (DispatchRig rig = new DispatchRig(type, claims, order)) {
            progress.accept("warming up");
            warmUp(rig);
            Turns turns =
                    Turns.play(
                            rounds,
                            () -> nanos(() -> rig.framework(SLICE)),
                            () -> nanos(() -> rig.bare(SLICE)),
                            progress);
            return List.of(turns.compared(name, "ns", "the slot and the device alone"));
        }
    }

    /** Has the compiler see both ways. */
    static void warmUp(DispatchRig rig) {
        for (int i = 0; i < WARM_UP_SLICES; i++) {
            rig.framework(SLICE);
            rig.bare(SLICE);
        }
    }

    /** Nanoseconds of one access through the framework. */
    static double nanos(DispatchRig rig) {
        return nanos(() -> rig.framework(SLICE));
    }

    private static double nanos(Runnable slice) {
        double[] nanos = new double[SLICES];
        for (int i = 0; i < SLICES; i++) {
            long begun = System.nanoTime();
            slice.run();
            nanos[i] = (double) (System.nanoTime() - begun) / SLICE;
        }
        return new Sample(nanos).median();
    }

    /**
     * Bytes that an access allocates, by the virtual machine's own count.
     *
     * @param accesses how many are counted
     */
    static double allocated(DispatchRig rig, int accesses) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        threads.getThreadAllocatedBytes(thread); // what the first call allocates is not ours
        long before = threads.getThreadAllocatedBytes(thread);
        rig.framework(accesses);
        return (double) (threads.getThreadAllocatedBytes(thread) - before) / accesses;
    }
}
