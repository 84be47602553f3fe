package io.trapline.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** One machine twice, QEMU's and ours, with the same disks; each has images of its own. */
final class DiskMachine implements AutoCloseable {
    private final Path folder;
    final String machine;
    final DiskSide qemu;
    final DiskSide ours;

    /** With all its disks. */
    DiskMachine(String machine) {
        this(machine, Set.of());
    }

    /** Without some of them, whose images and drives are there. */
    DiskMachine(String machine, Set<Disk> absent) {
        this.machine = machine;
        try {
            folder = Files.createTempDirectory("oracle");
            qemu = side(true, absent);
            ours = side(false, absent);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DiskSide side(boolean isQemu, Set<Disk> absent) throws IOException {
        Path socket = folder.resolve(isQemu ? "qemu.qmp" : "ours.qmp");
        List<String> words =
                new ArrayList<>(List.of("-qmp", "unix:" + socket + ",server=on,wait=off"));
        for (Disk disk : Disk.of(machine)) {
            if (disk.kept()) {
                Files.write(image(isQemu, disk), new byte[(int) disk.sectors * Disk.SECTOR]);
            }
            words.addAll(List.of("-drive", disk.drive(image(isQemu, disk).toString())));
            if (!absent.contains(disk)) {
                words.addAll(List.of("-device", disk.device()));
            }
        }
        Endpoint port = Programs.disks(isQemu, machine, words);
        Qmp monitor = Qmp.awaited(socket);
        return new DiskSide(isQemu, Programs.watched(port), monitor);
    }

    Path image(boolean isQemu, Disk disk) {
        return folder.resolve((isQemu ? "qemu-" : "ours-") + disk.name());
    }

    /** Writes both images anew, while nobody else does. */
    void write(Disk disk, long seed) {
        byte[] content = new byte[(int) disk.sectors * Disk.SECTOR];
        new Random(seed).nextBytes(content);
        try {
            for (boolean side : new boolean[] {true, false}) {
                Files.write(image(side, disk), content, StandardOpenOption.WRITE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is on a disk. */
    byte[] content(boolean isQemu, Disk disk) {
        try {
            return Files.readAllBytes(image(isQemu, disk));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (qemu) {
            ours.close();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
