package io.trapline.launcher;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code trapline bench}: another process, because a measurement wants a fresh JVM with its own settings. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Measures, and prints each figure as a ratio against a yardstick run alongside.")
final class Bench implements Callable<Integer> {
    private static final String MAIN = "io.trapline.bench.Bench";

    /** What the measured code runs with here too: rights, and the collector that the product uses. */
    private static final List<String> PASSED_ON =
            List.of("--enable-native-access", "--sun-misc", "-XX:+Use");

    @Parameters(
            paramLabel = "WORD",
            arity = "0..*",
            description = {
                "[--backend B] [--rounds N] [--list] [NAME...]",
                "NAME: a figure, or the beginning of several figures' names; nothing: all"
            })
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws BadInput, InterruptedException {
        Layout layout = Layout.find();
        List<Path> jars = layout.jars("bench");
        if (jars.isEmpty()) {
            throw new BadInput(
                    "no measurements in "
                            + layout.home().resolve("bench")
                            + "; run ./trapline build");
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (PASSED_ON.stream().anyMatch(flag::startsWith)) {
                command.add(flag);
            }
        }
        command.add("-D" + Layout.HOME + "=" + layout.home());
        command.add("-cp");
        command.add(String.join(File.pathSeparator, jars.stream().map(Path::toString).toList()));
        command.add(MAIN);
        command.addAll(words);
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new BadInput("cannot start " + command.get(0) + ": " + e.getMessage(), e);
        }
    }
}
