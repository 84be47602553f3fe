package io.trapline.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A disk under load by a guest's own driver: a request takes us so long, and QEMU so long. */
final class BlockFigure implements Figure {
    private final String name;
    private final String about;
    private final Drive drive;
    private final Path folder;

    /**
     * A comparison.
     *
     * @param drive what either runs in a round; their median batch counts
     * @param folder for images
     */
    BlockFigure(String name, String about, Drive drive, Path folder) {
        this.name = name;
        this.about = about;
        this.drive = drive;
        this.folder = folder;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String about() {
        return about;
    }

    @Override
    public String missing() {
        String missing = OurDisk.missing();
        return missing == null ? QemuDisk.missing() : missing;
    }

    @Override
    public List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        Path disk = DiskImage.in(folder);
        OurDisk ours = new OurDisk(folder, disk);
        QemuDisk theirs = new QemuDisk(folder, disk);
        ours.warmUp(drive, progress);
        theirs.choose(drive);
        Turns turns =
                Turns.play(
                        rounds,
                        () -> nanos(ours.run(drive), ours),
                        () -> nanos(theirs.run(drive), ours),
                        progress);
        return List.of(turns.compared(name, "ns", theirs.name()));
    }

    private static double nanos(Drive.Run run, OurDisk clock) {
        return new Sample(run.cycles()).median() / clock.cyclesPerNano();
    }
}
