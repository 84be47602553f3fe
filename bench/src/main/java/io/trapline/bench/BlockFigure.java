package io.trapline.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A disk under load by a guest's own driver: a request takes us so long, and QEMU so long. */
final class BlockFigure extends TurnsFigure {
    private final Drive drive;
    private final Path folder;
    private OurDisk ours; // as is the next: when it is prepared
    private QemuDisk theirs;

    /**
     * A comparison.
     *
     * @param drive what either runs in a round; their median batch counts
     * @param folder for images
     */
    BlockFigure(String name, String about, Drive drive, Path folder) {
        super(name, about);
        this.drive = drive;
        this.folder = folder;
    }

    @Override
    public String missing() {
        String missing = OurDisk.missing();
        return missing == null ? QemuDisk.missing() : missing;
    }

    @Override
    void prepare(Consumer<String> progress) throws IOException, InterruptedException {
        Path disk = DiskImage.in(folder);
        ours = new OurDisk(folder, disk);
        theirs = new QemuDisk(folder, disk);
        ours.warmUp(drive, progress);
        theirs.choose(drive);
    }

    @Override
    double ours() throws IOException, InterruptedException {
        return nanos(ours.run(drive));
    }

    @Override
    double theirs() throws IOException, InterruptedException {
        return nanos(theirs.run(drive));
    }

    @Override
    String yardstick() {
        return theirs.name();
    }

    private double nanos(Drive.Run run) {
        return new Sample(run.cycles()).median() / ours.cyclesPerNano();
    }
}
