package io.trapline.bench;

import io.trapline.linux.Block;
import io.trapline.linux.DirectCall;
import io.trapline.linux.Libc;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** What a call of the driver costs by itself: one that it refuses at once, against the same in C. */
final class IoctlFigure implements Figure {
    private static final String YARDSTICK = "the same in C";
    private static final long DESTROY_VM = 0xA211L; // of a file without a VM: EINVAL
    private static final int CALLS = 2000;
    private static final int SLICES = 15;
    private static final int WARM_UP_SLICES = 50;

    private final Path folder;
    private Path program; // null: not compiled yet

    /**
     * A comparison.
     *
     * @param folder where the yardstick is compiled
     */
    IoctlFigure(Path folder) {
        this.folder = folder;
    }

    @Override
    public String name() {
        return "acrn-ioctl";
    }

    @Override
    public String about() {
        return "an ioctl that the driver refuses at once, as we and as JNA make it, against the same in C";
    }

    @Override
    public String missing() {
        if (!Command.installed("gcc")) {
            return "no gcc to compile the yardstick with";
        }
        return AcrnFigure.notInside();
    }

    @Override
    public List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        program = compile();
        Block path = Block.of("/dev/acrn_hsm");
        int fd = Libc.check(Libc.open(path.address(), Libc.O_RDWR | Libc.O_CLOEXEC), "open");
        try {
            for (int i = 0; i < WARM_UP_SLICES; i++) {
                ours(fd);
                jna(fd);
            }
            Turns ours = Turns.play(rounds, () -> median(() -> ours(fd)), this::inC, progress);
            Turns jna = Turns.play(rounds, () -> median(() -> jna(fd)), this::inC, progress);
            return List.of(
                    ours.compared(name(), "ns", YARDSTICK),
                    jna.compared(name() + "-jna", "ns", YARDSTICK));
        } finally {
            Libc.close(fd);
        }
    }

    private static void ours(int fd) {
        for (int i = 0; i < CALLS; i++) {
            refused(DirectCall.ioctl(fd, DESTROY_VM, 0));
        }
    }

    private static void jna(int fd) {
        for (int i = 0; i < CALLS; i++) {
            refused(Libc.ioctl(fd, DESTROY_VM, 0));
        }
    }

    private static void refused(int result) {
        if (result >= 0) {
            throw new IllegalStateException("the driver destroyed a VM that there was not");
        }
    }

    private static double median(Runnable slice) {
        double[] nanos = new double[SLICES];
        for (int i = 0; i < SLICES; i++) {
            long begun = System.nanoTime();
            slice.run();
            nanos[i] = (double) (System.nanoTime() - begun) / CALLS;
        }
        return new Sample(nanos).median();
    }

    private double inC() throws IOException, InterruptedException {
        return Double.parseDouble(Command.run(folder, 0, List.of(program.toString())).strip());
    }

    private Path compile() throws IOException, InterruptedException {
        Path source = folder.resolve("refused.c");
        try (InputStream resource = IoctlFigure.class.getResourceAsStream("/yardstick/refused.c")) {
            Files.write(source, resource.readAllBytes());
        }
        Path compiled = folder.resolve("refused");
        Command.run(folder, 0, List.of("gcc", "-O2", source.toString(), "-o", compiled.toString()));
        return compiled;
    }
}
