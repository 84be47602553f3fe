package io.trapline.bench;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.Region;
import io.trapline.ioreq.BareMachine;
import io.trapline.kvm.ExitCount;
import io.trapline.kvm.KvmHypervisor;
import io.trapline.rtc.BareRtc;
import io.trapline.uart.BareUart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What is measured: our KVM backend, the core, the UART and the RTC, in this process. */
final class OurVmm implements LoopRunner {
    private static final long MEMORY = 16 << 20;
    private static final long LONGEST_SECONDS = 120;
    private static final int WARM_UP_RUNS = 3;
    private static final int WARM_UP_COUNT = 10_000;
    private static final int WARM_UP_BATCHES = 3;

    private final Path folder;
    private final boolean posted;
    private long cycles;
    private long nanos;
    private double exits; // an iteration, of the last run; NaN: not known

    /**
     * Ours.
     *
     * @param folder for the image
     * @param posted whether the index port of the pair takes its writes late
     */
    OurVmm(Path folder, boolean posted) {
        this.folder = folder;
        this.posted = posted;
    }

    @Override
    public String name() {
        return "Trapline";
    }

    @Override
    public String missing() {
        var found = new KvmHypervisor().probe();
        return found.ready() ? null : found.summary();
    }

    /** Runs until the compiler has seen what is to be measured. */
    void warmUp(int kind, Consumer<String> progress) throws IOException, InterruptedException {
        progress.accept("warming up");
        for (int i = 0; i < WARM_UP_RUNS; i++) {
            cycles(new Loops(kind, WARM_UP_COUNT, WARM_UP_BATCHES));
        }
    }

    /** Cycles of the time stamp counter in a nanosecond, over all that was run until now. */
    double cyclesPerNano() {
        return (double) cycles / nanos;
    }

    /** How often an iteration of the last run left the guest; NaN where the kernel does not count. */
    double exits() {
        return exits;
    }

    @Override
    public double[] cycles(Loops loops) throws IOException, InterruptedException {
        Path image = folder.resolve("ours.bin");
        Files.write(image, loops.image());
        Capture capture = new Capture();
        try (BareMachine machine = new BareMachine(new KvmHypervisor(), MEMORY, image, Loops.LOAD);
                ExitCount count = ExitCount.open()) {
            Stopwatch stopwatch = new Stopwatch(count);
            machine.plug("com1", BareUart.com1(capture));
            machine.plug("stopwatch", stopwatch);
            machine.plug("memory", new Cell());
            machine.plug("rtc", BareRtc.rtc(posted));
            machine.start();
            if (!stopwatch.done.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the guest does not end: " + machine.seen().row());
            }
            nanos += stopwatch.nanos;
            exits =
                    count == null
                            ? Double.NaN
                            : (double) stopwatch.exits / loops.count() / loops.batches();
        }
        double[] batches = loops.cycles(capture.printed());
        for (double batch : batches) {
            cycles += (long) (batch * loops.count());
        }
        return batches;
    }

    /** The marks that the guest sets around a batch, and at its end. */
    private static final class Stopwatch implements Device {
        final CountDownLatch done = new CountDownLatch(1);
        private final ExitCount count;
        long nanos;
        long exits;
        private long begun;
        private long exitsBefore;

        Stopwatch(ExitCount count) {
            this.count = count;
        }

        @Override
        public void install(Board board) {
            board.ports(Loops.BEGIN_PORT, 1, new Mark(this::begin));
            board.ports(Loops.END_PORT, 1, new Mark(this::end));
            board.ports(Loops.EXIT_PORT, 1, new Mark(done::countDown));
        }

        private void begin() {
            exitsBefore = count == null ? 0 : count.exits();
            begun = System.nanoTime();
        }

        private void end() {
            nanos += System.nanoTime() - begun;
            exits += count == null ? 0 : count.exits() - exitsBefore - 1; // its own
        }

        @Override
        public void reset() {}
    }

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

    /** A register in memory. */
    private static final class Cell implements Device, Region {
        private static final int LENGTH = 0x400;
        private long value = 0x6C69_6E65;

        @Override
        public void install(Board board) {
            board.memory(Loops.MEMORY, LENGTH, this);
        }

        @Override
        public void reset() {}

        @Override
        public long read(long offset, int width) {
            return value;
        }

        @Override
        public void write(long offset, int width, long written) {
            value = written;
        }
    }
}
