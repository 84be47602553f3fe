package io.trapline.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One boot of the rig: its options, and a command that runs inside as root. */
public final class Boot {
    /** Host CPUs that are busy elsewhere make the guest's stall; that is not the kernel's fault. */
    private static final String PATIENT = "rcupdate.rcu_cpu_stall_suppress=1";

    /** Folders that are new and empty inside. */
    private static final List<Path> FRESH =
            List.of(Path.of("/tmp"), Path.of("/run"), Path.of("/dev"));

    private final Path folder;
    private final List<Path> seen = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private String kernel = PATIENT;

    Boot(Path folder) {
        this.folder = folder;
    }

    private Boot with(String... words) {
        options.addAll(List.of(words));
        return this;
    }

    /** The guest's memory; 2 GiB unless told. */
    public Boot memory(int mebibytes) {
        return with("-m", Integer.toString(mebibytes));
    }

    /** The guest's CPUs; 2 unless told. */
    public Boot cpus(int count) {
        return with("-s", Integer.toString(count));
    }

    /** Parameters of the stand-in for the hypervisor, such as {@code strict_destroy=1 vcpus=2}. */
    public Boot hypervisor(String parameters) {
        return with("-f", parameters);
    }

    /** More of the kernel's command line, such as {@code slub_debug=FZPU}. */
    public Boot kernel(String arguments) {
        kernel += " " + arguments;
        return this;
    }

    /** The boot ends then, whatever it does; 10 minutes unless told. */
    public Boot limit(Duration limit) {
        return with("-t", Long.toString(limit.toSeconds()));
    }

    /** The HSM driver's debug messages go to the console. */
    public Boot debug() {
        return with("-d");
    }

    /** Files that the command needs: they are seen inside even if they lie in the host's {@code /tmp}. */
    public Boot sees(List<Path> files) {
        seen.addAll(files);
        return this;
    }

    /**
     * Boots, runs, and waits for the end.
     *
     * @param shared a folder that is seen inside at the same path, for reading and writing, and is the working
     *     directory; of everything else the guest sees its own copy, and {@code /tmp} is empty
     * @param keep a folder for what is kept: output, console, the stand-in's records
     * @param command the words of a command, or one word: a line for the shell
     */
    public Outcome run(Path shared, Path keep, List<String> command)
            throws IOException, InterruptedException {
        Files.createDirectories(shared);
        Files.createDirectories(keep);
        List<String> words = new ArrayList<>(List.of(folder.resolve("run.sh").toString()));
        words.addAll(options);
        words.addAll(List.of("-k", kernel, "-o", keep.toString()));
        words.addAll(in(shared.toRealPath(), command));
        Process process =
                new ProcessBuilder(words)
                        .redirectOutput(keep.resolve(Outcome.STDOUT).toFile())
                        .redirectError(keep.resolve(Outcome.STDERR).toFile())
                        .start();
        try {
            return Outcome.read(keep, process.waitFor());
        } finally {
            process.destroy();
        }
    }

    /** The folder to share and the command; a wider folder if the one that is wanted does not show everything. */
    private List<String> in(Path shared, List<String> command) throws IOException {
        Path wide = shared;
        for (Path file : seen) {
            Path real = file.toRealPath();
            while (FRESH.stream().anyMatch(real::startsWith) && !real.startsWith(wide)) {
                wide = wide.getParent();
            }
        }
        List<String> words = new ArrayList<>(List.of(wide.toString()));
        if (!wide.equals(shared)) {
            words.addAll(List.of("env", "-C", shared.toString()));
            if (command.size() == 1) {
                words.addAll(List.of("bash", "-c"));
            }
        }
        words.addAll(command);
        return words;
    }
}
