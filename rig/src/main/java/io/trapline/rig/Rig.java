package io.trapline.rig;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The rig of this host: a folder with {@code run.sh}, and what was built for it. It is looked for in {@code
 * $TRAPLINE_HSMRIG}, then as {@code hsmrig} beside the checkout, then as {@code hsmrig} in a folder beside it.
 */
public final class Rig {
    public static final String VARIABLE = "TRAPLINE_HSMRIG";
    private static final String CACHE_VARIABLE = "HSMRIG_CACHE";
    private static final String QEMU = "qemu-system-x86_64";

    private final Path folder;

    private Rig(Path folder) {
        this.folder = folder;
    }

    /**
     * Looks for the rig.
     *
     * @throws FileNotFoundException there is none that could be booted; the message says what is missing
     */
    public static Rig find() throws IOException {
        return find(System.getenv(), Path.of("").toAbsolutePath());
    }

    static Rig find(Map<String, String> environment, Path here) throws IOException {
        Path folder = folder(environment, here);
        String named = environment.getOrDefault(CACHE_VARIABLE, "");
        Path kernel =
                (named.isEmpty() ? folder.resolve("cache") : Path.of(named)).resolve("out/vmlinux");
        if (!Files.exists(kernel)) {
            throw new FileNotFoundException(
                    "no "
                            + kernel
                            + ": run "
                            + folder.resolve("build.sh")
                            + ", or set "
                            + CACHE_VARIABLE);
        }
        if (Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .noneMatch(f -> Files.isExecutable(Path.of(f, QEMU)))) {
            throw new FileNotFoundException("no " + QEMU + " to run " + folder);
        }
        return new Rig(folder);
    }

    private static Path folder(Map<String, String> environment, Path here) throws IOException {
        String named = environment.getOrDefault(VARIABLE, "");
        List<Path> candidates = named.isEmpty() ? beside(here) : List.of(Path.of(named));
        return candidates.stream()
                .filter(f -> Files.isExecutable(f.resolve("run.sh")))
                .findFirst()
                .orElseThrow(
                        () ->
                                new FileNotFoundException(
                                        named.isEmpty()
                                                ? "no HSM rig beside the checkout; set " + VARIABLE
                                                : VARIABLE + "=" + named + " has no run.sh"));
    }

    /** {@code ../hsmrig} and {@code ../*}{@code /hsmrig}, seen from the repository. */
    private static List<Path> beside(Path here) throws IOException {
        Path repository = here;
        while (repository != null && !Files.exists(repository.resolve("mvnw"))) {
            repository = repository.getParent();
        }
        if (repository == null || repository.getParent() == null) {
            return List.of();
        }
        List<Path> candidates = new ArrayList<>(List.of(repository.resolveSibling("hsmrig")));
        try (Stream<Path> siblings = Files.list(repository.getParent())) {
            siblings.map(f -> f.resolve("hsmrig")).sorted().forEach(candidates::add);
        }
        return candidates;
    }

    public Path folder() {
        return folder;
    }

    /** A boot to be described and then run. */
    public Boot boot() {
        return new Boot(folder);
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
