package io.trapline.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The yardstick in C: {@code minvmm.c}, compiled here and now, whose exit handler does nothing. */
final class MinVmm implements LoopRunner {
    private final Path folder;
    private final List<String> options;
    private Path program; // null: not compiled yet

    /**
     * A yardstick.
     *
     * @param folder where it is compiled
     * @param options as {@code bench/yardstick/README.md} has them
     */
    MinVmm(Path folder, String... options) {
        this.folder = folder;
        this.options = List.of(options);
    }

    @Override
    public String name() {
        return "a C loop with an empty handler";
    }

    @Override
    public String missing() {
        return Command.installed("gcc") ? null : "no gcc to compile the yardstick with";
    }

    @Override
    public double[] cycles(Loops loops) throws IOException, InterruptedException {
        if (program == null) {
            program = compile();
        }
        Path image = folder.resolve("loops.bin");
        Files.write(image, loops.image());
        return loops.cycles(
                Command.run(
                        folder,
                        0,
                        Stream.of(List.of(program.toString()), options, List.of(image.toString()))
                                .flatMap(List::stream)
                                .toList()));
    }

    private Path compile() throws IOException, InterruptedException {
        Path source = folder.resolve("minvmm.c");
        try (InputStream resource = MinVmm.class.getResourceAsStream("/yardstick/minvmm.c")) {
            Files.write(source, resource.readAllBytes());
        }
        Path compiled = folder.resolve("minvmm");
        Command.run(folder, 0, List.of("gcc", "-O2", source.toString(), "-o", compiled.toString()));
        return compiled;
    }
}
