package io.trapline.launcher;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that change the machine's configuration. */
final class MachineOptions {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description =
                    "what stands below: ${COMPLETION-CANDIDATES} (auto: acrn, else kvm, else sim)")
    private Backend backend;

    @Option(
            names = "--memory",
            paramLabel = "N",
            description = "RAM, e.g. 64M or 2G; without a letter: MiB")
    private String memory;

    @Option(names = "--vcpus", paramLabel = "N", description = "number of processors, 1 to 16")
    private Integer vcpus;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "what to boot: a flat binary or an ELF file")
    private Path image;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** The keys that were given, as in a configuration. */
    Map<String, Object> settings() {
        Map<String, Object> settings = new TreeMap<>();
        if (backend != null) {
            settings.put("backend", backend.toString());
        }
        if (memory != null) {
            require(
                    memory.matches("[1-9][0-9]{0,9}[KMGkmg]?"),
                    "--memory: " + memory + ", wanted e.g. 64M or 2G");
            settings.put("memory", memory);
        }
        if (vcpus != null) {
            require(vcpus >= 1 && vcpus <= 16, "--vcpus: " + vcpus + ", wanted 1 to 16");
            settings.put("vcpus", vcpus);
        }
        if (image != null) {
            settings.put("image", image.toAbsolutePath().toString());
        }
        return settings;
    }

    private void require(boolean right, String message) {
        if (!right) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
