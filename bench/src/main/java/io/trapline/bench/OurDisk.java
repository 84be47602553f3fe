package io.trapline.bench;

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
            nanos += marks.nanos();
            exits = marks.exits() / requests;
            bytes = marks.bytes() / requests;
        }
        Drive.Run run = drive.parse(capture.printed());
        for (double batch : run.cycles()) {
            cycles += (long) (batch * drive.count());
        }
        return run;
    }
}
