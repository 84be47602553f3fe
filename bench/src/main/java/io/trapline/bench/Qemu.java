package io.trapline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** QEMU's {@code pc} machine with its UART, as a yardstick. */
final class Qemu implements LoopRunner {
    private static final String PROGRAM = "qemu-system-x86_64";

    /** The guest writes 31h to isa-debug-exit, which makes (31h << 1 | 1) of it. */
    private static final int EXIT_STATUS = 99;

    private final Path folder;
    private final String accelerator;
    private final String cpu;

    private Qemu(Path folder, String accelerator, String cpu) {
        this.folder = folder;
        this.accelerator = accelerator;
        this.cpu = cpu;
    }

    /** On /dev/kvm, as we are. */
    static Qemu kvm(Path folder) {
        return new Qemu(folder, "kvm", "host");
    }

    /** Without a hypervisor: an access is a call of QEMU's dispatch and device model, and little else. */
    static Qemu tcg(Path folder) {
        return new Qemu(folder, "tcg", "qemu64");
    }

    @Override
    public String name() {
        return "QEMU -accel " + accelerator;
    }

    @Override
    public String missing() {
        return Command.installed(PROGRAM) ? null : "no " + PROGRAM;
    }

    @Override
    public double[] cycles(Loops loops) throws IOException, InterruptedException {
        Path rom = folder.resolve("loops.rom");
        Path serial = folder.resolve("serial.txt");
        Files.write(rom, loops.rom());
        Command.run(
                folder,
                EXIT_STATUS,
                List.of(
                        PROGRAM,
                        "-accel",
                        accelerator,
                        "-cpu",
                        cpu,
                        "-M",
                        "pc",
                        "-m",
                        "64",
                        "-nodefaults",
                        "-nographic",
                        "-no-reboot",
                        "-serial",
                        "file:" + serial,
                        "-bios",
                        rom.toString(),
                        "-device",
                        "isa-debug-exit,iobase=0xf4,iosize=1"));
        return loops.cycles(Files.readString(serial));
    }
}
