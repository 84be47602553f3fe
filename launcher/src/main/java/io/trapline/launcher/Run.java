package io.trapline.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code trapline run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs the machines of a configuration until it is told to end.",
        footer = {
            "",
            "Without --config: one machine called main, with a clock, and a UART at port 0x3F8",
            "that is wired to this terminal. Ctrl-] moves between the shell and the guest's console.",
            "exit, SIGINT and SIGTERM end it, with status 0 if every machine was closed in",
            "time; 1: no machine could be made; 2: a mistake in an option or in FILE."
        })
final class Run implements Callable<Integer> {
    @Mixin private MachineOptions machine;
    @Mixin private DiskOption disks;
    @Mixin private CacheOption cache;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "machines and devices, as JSON; see etc/example.json")
    private Path config;

    @Option(
            names = "--deploy",
            paramLabel = "DIR",
            description =
                    "watch a folder for bundles: what is put there is installed, replaced, taken out")
    private Path deploy;

    @Option(
            names = "--console",
            paramLabel = "WHO",
            defaultValue = "shell",
            description =
                    "who gets what is typed first (without a terminal: always): ${COMPLETION-CANDIDATES}")
    private Terminal.Focus console;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws BadInput, InterruptedException {
        Layout layout = Layout.find();
        List<Path> bundles = new ArrayList<>(layout.bundlesBut("demo", Qtest.BUNDLE));
        bundles.removeIf(jar -> isFileInstall(jar) && deploy == null);
        bundles.addAll(layout.jars("devices"));

        Configuration configuration = config == null ? byDefault() : Configuration.read(config);
        configuration.machine(machine.settings());
        disks.addTo(configuration);
        if (config != null || disks.given()) {
            configuration.check(
                    Metatype.of(bundles), note -> System.err.println("trapline: note: " + note));
        }
        configuration.images(layout.testGuest());

        Map<String, String> properties = new HashMap<>();
        properties.put("configurator.initial", configuration.toJson());
        properties.put("trapline.machines", String.join(",", configuration.machines()));
        if (deploy != null) {
            properties.putAll(watch(deploy));
        }
        return new Session("run", bundles, properties, cache.folder).serve(console);
    }

    private static boolean isFileInstall(Path jar) {
        return Layout.name(jar).equals("org.apache.felix.fileinstall");
    }

    private static Configuration byDefault() {
        Map<String, Object> uart = new TreeMap<>();
        uart.put("port", 0x3F8L);
        uart.put("irq", 4L);
        uart.put("chardev", "terminal");
        return Configuration.empty()
                .put("machine~main", Map.of())
                .put("devices.rtc~rtc", Map.of())
                .put("devices.uart~com1", uart);
    }

    private Map<String, String> watch(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--deploy: " + folder + " is no folder and cannot be made: " + e.getMessage(),
                    e);
        }
        return Map.of(
                "felix.fileinstall.dir", folder.toAbsolutePath().toString(),
                "felix.fileinstall.poll", "500",
                "felix.fileinstall.noInitialDelay", "true",
                "felix.fileinstall.bundles.startTransient", "true",
                "felix.fileinstall.start.level", "4",
                "felix.fileinstall.log.level", "2",
                // A configuration that changes elsewhere is nothing to write into the folder.
                "felix.fileinstall.enableConfigSave", "false");
    }
}
