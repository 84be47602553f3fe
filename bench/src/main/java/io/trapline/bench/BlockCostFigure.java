package io.trapline.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** What a guest's requests cost besides time: exits by the batch, and bytes allocated by the request. */
final class BlockCostFigure implements Figure {
    private static final int DEPTH = 32;
    private static final int SECTORS = 8;
    private static final int COUNT = 50_000;
    private static final int BATCHES = 3;

    private final Path folder;
    private boolean counted = true;

    /**
     * A measurement.
     *
     * @param folder for images
     */
    BlockCostFigure(Path folder) {
        this.folder = folder;
    }

    @Override
    public String name() {
        return "blk-cost";
    }

    @Override
    public String about() {
        return "exits of 32 requests in flight together, and bytes that a request allocates, each against one";
    }

    @Override
    public String missing() {
        return OurDisk.missing();
    }

    @Override
    public List<String> gaps() {
        return counted ? List.of() : List.of("blk-exits skipped: " + Marks.UNCOUNTED);
    }

    @Override
    public List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        OurDisk ours = new OurDisk(folder, DiskImage.in(folder));
        Drive.Load load = Drive.Load.RANDOM_READ;
        Drive drive = new Drive(Drive.Transport.PCI, load, DEPTH, SECTORS, COUNT, BATCHES);
        ours.warmUp(drive, progress);
        double[] exits = new double[rounds];
        double[] bytes = new double[rounds];
        double[] one = new double[rounds];
        Arrays.fill(one, 1);
        for (int i = 0; i < rounds; i++) {
            ours.run(drive);
            exits[i] = ours.exits() * DEPTH;
            bytes[i] = ours.bytes();
            progress.accept(exits[i] + " exits, " + bytes[i] + " bytes");
        }
        List<Comparison> found = new ArrayList<>();
        counted = !Double.isNaN(exits[0]);
        if (counted) {
            found.add(new Comparison("blk-exits", "exits", "one for each 32 requests", exits, one));
        }
        found.add(new Comparison("blk-alloc", "bytes", "one byte a request", bytes, one));
        return found;
    }
}
