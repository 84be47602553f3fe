package io.trapline.bench;

import io.trapline.hypervisor.IoRequestSlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** All that is measured, in the order in which it is printed. */
final class Figures implements AutoCloseable {
    /** Accesses in a batch of a real guest's loop: so few that most are over before another process gets the core. */
    private static final int COUNT = 300;

    /** Batches in a turn; the median counts. */
    private static final int BATCHES = 51;

    /** Sectors of a request: 4 KiB, 128 KiB. */
    private static final int SMALL = 8, LARGE = 256;

    private final Path folder;

    /** Makes a folder for images and programs. */
    Figures() throws IOException {
        folder = Files.createTempDirectory("trapline-bench");
    }

    /** The figures. */
    List<Figure> all() {
        List<Figure> figures = new ArrayList<>();
        int ports = IoRequestSlot.PORTIO;
        int memory = IoRequestSlot.MMIO;
        for (int claims : new int[] {4, 64, 1024}) {
            figures.add(new DispatchFigure("dispatch-" + claims, ports, claims, Order.FIRST));
        }
        figures.add(new DispatchFigure("dispatch-memory-4", memory, 4, Order.FIRST));
        figures.add(new DispatchFigure("dispatch-memory-1024", memory, 1024, Order.FIRST));
        figures.add(new DispatchFigure("dispatch-mixed-64", ports, 64, Order.RANDOM));
        figures.add(new DispatchFigure("dispatch-mixed-1024", ports, 1024, Order.RANDOM));
        figures.add(new DispatchFigure("dispatch-mixed-memory-1024", memory, 1024, Order.RANDOM));
        figures.add(new FlatnessFigure());
        figures.add(new AllocationFigure());
        figures.add(new TcgFigure(Qemu.tcg(folder)));

        Loops portReads = new Loops(Loops.PORT_READ, COUNT, BATCHES);
        Loops memoryReads = new Loops(Loops.MEMORY_READ, COUNT, BATCHES);
        Loops pairs = new Loops(Loops.PAIR, COUNT, BATCHES);
        OurVmm ours = new OurVmm(folder, false);
        MinVmm floor = new MinVmm(folder);
        figures.add(
                new LoopFigure(
                        "kvm-exit",
                        "a guest reads the UART's line status, against a C loop with an empty"
                                + " handler",
                        portReads,
                        ours,
                        floor));
        figures.add(
                new LoopFigure(
                        "kvm-exit-qemu",
                        "the same guest and register, against QEMU's UART on KVM",
                        portReads,
                        ours,
                        Qemu.kvm(folder)));
        figures.add(
                new LoopFigure(
                        "kvm-exit-memory",
                        "a guest reads 32 bits of a device's memory, against the C loop",
                        memoryReads,
                        ours,
                        floor));
        figures.add(new PostedPairFigure(pairs, new OurVmm(folder, true), ours));

        addBlock(figures);
        figures.add(new QtestFigure(System.getProperty("trapline.home")));
        for (AcrnLoad load : AcrnLoad.values()) {
            figures.add(new AcrnFigure(load, folder));
        }
        figures.add(new IoctlFigure(folder));
        return figures;
    }

    private void addBlock(List<Figure> figures) {
        figures.add(new BackendFigure("blk-backend-read", false, 4096, 2000, folder));
        figures.add(new BackendFigure("blk-backend-write", true, 4096, 1000, folder));
        figures.add(new BackendFigure("blk-backend-read-large", false, 1 << 17, 100, folder));
        figures.add(new BackendFigure("blk-backend-write-large", true, 1 << 17, 50, folder));
        figures.add(new BlockCostFigure(folder));
        String[] loads = {"random", "read", "write"};
        String[] are = {
            "4 KiB read in random order", "128 KiB read in order", "128 KiB written in order"
        };
        for (int i = 0; i < loads.length; i++) {
            Drive.Load load = Drive.Load.values()[i];
            int sectors = load == Drive.Load.RANDOM_READ ? SMALL : LARGE;
            for (int depth : new int[] {1, 32}) {
                int count = load == Drive.Load.RANDOM_READ ? 100 * depth : 50 + 10 * depth;
                figures.add(
                        new BlockFigure(
                                "blk-" + loads[i] + "-" + depth,
                                are[i] + " by a guest, " + depth + " in flight, against QEMU",
                                new Drive(
                                        Drive.Transport.PCI, load, depth, sectors, count, BATCHES),
                                folder));
            }
        }
        for (int depth : new int[] {1, 32}) {
            figures.add(
                    new BlockFigure(
                            "blk-mmio-random-" + depth,
                            are[0]
                                    + " by a guest, "
                                    + depth
                                    + " in flight, in memory, against QEMU",
                            new Drive(
                                    Drive.Transport.MMIO,
                                    Drive.Load.RANDOM_READ,
                                    depth,
                                    SMALL,
                                    100 * depth,
                                    BATCHES),
                            folder));
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
