package io.trapline.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --disk}: virtio disks of the machine, without a configuration file. */
final class DiskOption {
    private static final String PID = "devices.virtioblk";
    private static final String NULL = "null:";

    @Option(
            names = "--disk",
            paramLabel = "IMAGE[,KEY=VALUE]...",
            description =
                    "a virtio disk on the PCI bus: a file, a block device, or null:BYTES; keys as of"
                            + " devices.virtioblk, e.g. readonly=true; semicolons in a list; may be"
                            + " given again")
    private List<String> disks = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    boolean given() {
        return !disks.isEmpty();
    }

    /** Adds them to the only machine, or to {@code main}. */
    void addTo(Configuration configuration) throws BadInput {
        for (String disk : disks) {
            Map<String, Object> settings = settings(disk.split(","));
            settings.put("machine", configuration.theMachine("--disk"));
            configuration.put(PID + "~" + name(configuration), settings);
        }
    }

    private static String name(Configuration configuration) {
        String name = "disk";
        for (int i = 1; configuration.has(PID + "~" + name); i++) {
            name = "disk" + i;
        }
        return name;
    }

    private Map<String, Object> settings(String... parts) {
        Map<String, Object> settings = new TreeMap<>();
        settings.put("image", image(parts[0]));
        for (int i = 1; i < parts.length; i++) {
            String[] setting = parts[i].split("=", 2);
            if (setting.length != 2) {
                throw refused(parts[0] + "," + parts[i] + ": wanted KEY=VALUE after the comma");
            }
            settings.put(setting[0], new Typed.Text(setting[1]));
        }
        return settings;
    }

    /** It is made by nobody but its owner: a name that was mistyped must not become an empty disk. */
    private String image(String image) {
        if (image.startsWith(NULL)) {
            return image;
        }
        Path path = Path.of(image).toAbsolutePath();
        if (Files.isDirectory(path)) {
            throw refused(image + ": is a folder");
        } else if (!Files.exists(path)) {
            throw refused(image + ": no such file; truncate -s 1G " + image + " makes one");
        } else if (!Files.isReadable(path)) {
            throw refused(image + ": cannot be read: permission denied");
        }
        return path.toString();
    }

    private ParameterException refused(String why) {
        return new ParameterException(spec.commandLine(), "--disk: " + why);
    }
}
