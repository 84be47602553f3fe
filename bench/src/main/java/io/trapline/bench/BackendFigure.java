package io.trapline.bench;

import io.trapline.virtioblk.BareBlock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** What is behind a disk's requests, without them: its image in Java, against pread and pwrite in C. */
final class BackendFigure implements Figure {
    private static final int BATCHES = 51;
    private static final int WARM_UP = 40;
    private static final int ALIGNMENT = 4096;

    private final String name;
    private final boolean writing;
    private final int bytes;
    private final int count;
    private final Path folder;
    private long state = 0x9E37_79B9_7F4A_7C15L;

    /**
     * A comparison.
     *
     * @param bytes of a request, whose place is random
     * @param count requests in a batch
     */
    BackendFigure(String name, boolean writing, int bytes, int count, Path folder) {
        this.name = name;
        this.writing = writing;
        this.bytes = bytes;
        this.count = count;
        this.folder = folder;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String about() {
        return "a disk's image: "
                + bytes
                + " bytes "
                + (writing ? "written" : "read")
                + " against C";
    }

    @Override
    public String missing() {
        return Command.installed("gcc") ? null : "no gcc to compile the yardstick with";
    }

    @Override
    public List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        Path disk = DiskImage.in(folder);
        Path program = compile();
        try (BareBlock.Backend image = new BareBlock.Backend(disk)) {
            ByteBuffer buffer =
                    ByteBuffer.allocateDirect(bytes + ALIGNMENT)
                            .alignedSlice(ALIGNMENT)
                            .limit(bytes);
            for (int i = 0; i < WARM_UP; i++) {
                ours(image, buffer);
            }
            Turns turns =
                    Turns.play(
                            rounds,
                            () -> ours(image, buffer),
                            () -> theirs(program, disk),
                            progress);
            return List.of(
                    turns.compared(name, "ns", (writing ? "pwrite" : "pread") + " in a C loop"));
        }
    }

    private double ours(BareBlock.Backend image, ByteBuffer buffer) throws IOException {
        double[] batches = new double[BATCHES];
        for (int batch = 0; batch < BATCHES; batch++) {
            long begin = System.nanoTime();
            for (int i = 0; i < count; i++) {
                long place = next() % (DiskImage.length() / bytes) * bytes;
                buffer.position(0);
                if (writing) {
                    image.write(buffer, place);
                } else {
                    image.read(buffer, place);
                }
            }
            batches[batch] = (double) (System.nanoTime() - begin) / count;
        }
        return new Sample(batches).median();
    }

    private long next() {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return state >>> 11;
    }

    private double theirs(Path program, Path disk) throws IOException, InterruptedException {
        List<String> command =
                List.of(
                        program.toString(),
                        disk.toString(),
                        writing ? "write" : "read",
                        "" + bytes,
                        "" + count,
                        "" + BATCHES,
                        "" + next());
        double[] batches =
                Command.run(folder, 0, command).lines().mapToDouble(Double::parseDouble).toArray();
        return new Sample(batches).median();
    }

    private Path compile() throws IOException, InterruptedException {
        Path source = folder.resolve("fileio.c");
        try (InputStream resource = getClass().getResourceAsStream("/yardstick/fileio.c")) {
            Files.write(source, resource.readAllBytes());
        }
        Path compiled = folder.resolve("fileio");
        Command.run(folder, 0, List.of("gcc", "-O2", source.toString(), "-o", compiled.toString()));
        return compiled;
    }
}
