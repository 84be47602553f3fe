package io.trapline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * QEMU's virtio block device on KVM, as a yardstick: with an I/O thread, doorbells by ioeventfd, and whichever way to
 * the host's file is the fastest for the load.
 */
final class QemuDisk {
    private static final String PROGRAM = "qemu-system-x86_64";

    /** The guest writes 31h to isa-debug-exit, which makes (31h << 1 | 1) of it. */
    private static final int EXIT_STATUS = 99;

    private static final List<String> WAYS = List.of("threads", "io_uring");
    private static final int TRIAL_BATCHES = 7;

    private final Path folder;
    private final Path disk;
    private String way = WAYS.get(0);

    QemuDisk(Path folder, Path disk) {
        this.folder = folder;
        this.disk = disk;
    }

    String name() {
        return "QEMU -accel kvm, iothread, aio=" + way;
    }

    static String missing() {
        return Command.installed(PROGRAM) ? null : "no " + PROGRAM;
    }

    /** Finds out which way is the fastest for a load. */
    void choose(Drive drive) throws IOException, InterruptedException {
        double best = Double.MAX_VALUE;
        String chosen = way;
        for (String tried : WAYS) {
            way = tried;
            double median =
                    new Sample(run(drive.times(drive.count(), TRIAL_BATCHES)).cycles()).median();
            if (median < best) {
                best = median;
                chosen = tried;
            }
        }
        way = chosen;
    }

    /** Runs the guest from its start to its end. */
    Drive.Run run(Drive drive) throws IOException, InterruptedException {
        Path rom = folder.resolve("disk.rom");
        Path serial = folder.resolve("disk.txt");
        Files.write(rom, drive.rom());
        List<String> command = new ArrayList<>(List.of(PROGRAM, "-accel", "kvm", "-cpu", "host"));
        command.addAll(List.of("-m", "64", "-nodefaults", "-nographic", "-no-reboot"));
        command.addAll(List.of("-serial", "file:" + serial, "-bios", rom.toString()));
        command.addAll(List.of("-device", "isa-debug-exit,iobase=0xf4,iosize=1"));
        command.addAll(List.of("-object", "iothread,id=io"));
        String file = "file=" + disk + ",if=none,id=d,format=raw,cache=writeback,aio=" + way;
        command.addAll(List.of("-drive", file));
        if (drive.transport() == Drive.Transport.PCI) {
            command.addAll(List.of("-M", "pc", "-device"));
            command.add(
                    "virtio-blk-pci,drive=d,iothread=io,addr=" + Drive.SLOT + ",disable-legacy=on");
        } else {
            command.addAll(List.of("-M", "microvm,rtc=on,auto-kernel-cmdline=off"));
            command.addAll(List.of("-global", "virtio-mmio.force-legacy=off"));
            command.addAll(List.of("-device", "virtio-blk-device,drive=d,iothread=io"));
        }
        Command.run(folder, EXIT_STATUS, command);
        return drive.parse(Files.readString(serial));
    }
}
