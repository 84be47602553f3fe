package io.trapline.bench;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.Region;
import io.trapline.kvm.ExitCount;
import java.util.concurrent.CountDownLatch;

/** The marks that a guest sets around a batch, and at its end; what there was between them. */
final class Marks implements Device {
    /** Why there is no number of exits. */
    static final String UNCOUNTED =
            "the kernel does not count exits (KVM_GET_STATS_FD, Linux 5.14)";

    /** The guest has come to its end. */
    final CountDownLatch done = new CountDownLatch(1);

    private final ExitCount count; // null: the kernel does not count
    private final Allocations allocations = new Allocations();
    private long nanos;
    private long exits;
    private long bytes;
    private long begun;
    private long exitsBefore;

    Marks(ExitCount count) {
        this.count = count;
    }

    /** How long the batches took, together. */
    long nanos() {
        return nanos;
    }

    /** What all threads have allocated meanwhile. */
    long bytes() {
        return bytes;
    }

    /** How often the guest was left meanwhile; NaN where the kernel does not count. */
    double exits() {
        return count == null ? Double.NaN : exits;
    }

    @Override
    public void install(Board board) {
        board.ports(Loops.BEGIN_PORT, 1, new Mark(this::begin));
        board.ports(Loops.END_PORT, 1, new Mark(this::end));
        board.ports(Loops.EXIT_PORT, 1, new Mark(done::countDown));
    }

    private void begin() {
        allocations.begin();
        exitsBefore = count == null ? 0 : count.exits();
        begun = System.nanoTime();
    }

    private void end() {
        nanos += System.nanoTime() - begun;
        exits += count == null ? 0 : count.exits() - exitsBefore - 1; // its own
        bytes += allocations.end();
    }

    @Override
    public void reset() {}

    private record Mark(Runnable set) implements Region {
        @Override
        public long read(long offset, int width) {
            return OPEN_BUS;
        }

        @Override
        public void write(long offset, int width, long value) {
            set.run();
        }
    }
}
