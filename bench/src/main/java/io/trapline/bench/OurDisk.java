package io.trapline.bench;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.Region;
import io.trapline.ioreq.BareMachine;
import io.trapline.kvm.ExitCount;
import io.trapline.kvm.KvmHypervisor;
import io.trapline.uart.BareUart;
import io.trapline.virtioblk.BareBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What is measured: our KVM backend, the core and the virtio block device, in this process. */
final class OurDisk {
    private static final long MEMORY = 32 << 20;
    private static final long LONGEST_SECONDS = 120;
    private static final int WARM_UP_RUNS = 3;
    private static final int WARM_UP_BATCHES = 10;

    private final Path folder;
    private final Path disk;
    private long cycles;
    private long nanos;
    private double exits;
    private double bytes;

    /**
     * Ours.
     *
     * @param folder for the guest's image
     * @param disk the disk's
     */
    OurDisk(Path folder, Path disk) {
        this.folder = folder;
        this.disk = disk;
    }

    /** Why it cannot be used here; null if it can. */
    static String missing() {
        var found = new KvmHypervisor().probe();
        return found.ready() ? null : found.summary();
    }

    /** Runs until the compiler has seen what is to be measured. */
    void warmUp(Drive drive, Consumer<String> progress) throws IOException, InterruptedException {
        progress.accept("warming up");
        for (int i = 0; i < WARM_UP_RUNS; i++) {
            run(drive.times(drive.count(), WARM_UP_BATCHES));
        }
    }

    /** Cycles of the time stamp counter in a nanosecond, over all that was run until now. */
    double cyclesPerNano() {
        return (double) cycles / nanos;
    }

    /** How often a request of the last run left the guest; NaN where the kernel does not count. */
    double exits() {
        return exits;
    }

    /** What a request of the last run allocated, by all threads together. */
    double bytes() {
        return bytes;
    }

    /** Runs the guest from its start to its end. */
    Drive.Run run(Drive drive) throws IOException, InterruptedException {
        Path image = folder.resolve("drive.bin");
        Files.write(image, drive.image());
        Capture capture = new Capture();
        Map<String, Object> settings = new HashMap<>();
        settings.put("image", disk.toString());
        settings.put("transport", drive.transport() == Drive.Transport.PCI ? "pci" : "mmio");
        settings.put("slot", Drive.SLOT);
        try (BareBlock block = new BareBlock(settings);
                BareMachine machine =
                        new BareMachine(new KvmHypervisor(), MEMORY, image, Loops.LOAD);
                ExitCount count = ExitCount.open()) {
            Marks marks = new Marks(count);
            machine.plug("com1", BareUart.com1(capture));
            machine.plug("marks", marks);
            machine.plug("disk", block.device());
            machine.start();
            if (!marks.done.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(
                        "the guest does not end: "
                                + machine.seen().row()
                                + ", it printed "
                                + capture.printed());
            }
            double requests = (double) drive.count() * drive.batches();
            nanos += marks.nanos;
            exits = count == null ? Double.NaN : marks.exits / requests;
            bytes = marks.bytes / requests;
        }
        Drive.Run run = drive.parse(capture.printed());
        for (double batch : run.cycles()) {
            cycles += (long) (batch * drive.count());
        }
        return run;
    }

    /** The marks that the guest sets around a batch, and at its end. */
    private static final class Marks implements Device {
        final CountDownLatch done = new CountDownLatch(1);
        private final ExitCount count;
        private final Allocations allocations = new Allocations();
        long nanos;
        long exits;
        long bytes;
        private long begun;
        private long exitsBefore;

        Marks(ExitCount count) {
            this.count = count;
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
}
