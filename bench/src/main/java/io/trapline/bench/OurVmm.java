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
            Marks marks = new Marks(count);
            machine.plug("com1", BareUart.com1(capture));
            machine.plug("marks", marks);
            machine.plug("memory", new Cell());
            machine.plug("rtc", BareRtc.rtc(posted));
            machine.start();
            if (!marks.done.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the guest does not end: " + machine.seen().row());
            }
            nanos += marks.nanos();
            exits = marks.exits() / loops.count() / loops.batches();
        }
        double[] batches = loops.cycles(capture.printed());
        for (double batch : batches) {
            cycles += (long) (batch * loops.count());
        }
        return batches;
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
