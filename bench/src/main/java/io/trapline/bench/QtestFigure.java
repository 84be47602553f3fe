package io.trapline.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The test port against QEMU's: how soon it answers first, and how fast to a client that waits for each reply. */
final class QtestFigure implements Figure {
    private static final String QEMU = "qemu-system-x86_64";
    private static final String YARDSTICK = QEMU + ", the same client and commands";
    private static final String[] MACHINE = {
        "-M",
        "pc",
        "-nodefaults",
        "-display",
        "none",
        "-chardev",
        "null,id=c0",
        "-device",
        "isa-serial,chardev=c0"
    };

    /** Commands of a turn, after as many again that are not counted. */
    private static final int COMMANDS = 20_000;

    private final Path program;

    /**
     * Measures an installation.
     *
     * @param home where it lies; null: nobody knows
     */
    QtestFigure(String home) {
        program = home == null ? null : Path.of(home, "trapline-system-x86_64");
    }

    @Override
    public String name() {
        return "qtest";
    }

    @Override
    public String about() {
        return "a read of the UART through the test port, and from the start of the process to its first reply";
    }

    @Override
    public String missing() {
        if (program == null || !Files.isExecutable(program)) {
            return "no installation beside the measurements: " + program;
        }
        return Command.installed(QEMU) ? null : "no " + QEMU;
    }

    @Override
    public List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        List<Double> oursFirst = new ArrayList<>();
        List<Double> theirsFirst = new ArrayList<>();
        Turns turns =
                Turns.play(
                        rounds,
                        () -> nanos(List.of(program.toString()), List.of(), oursFirst),
                        () ->
                                nanos(
                                        List.of(QEMU),
                                        List.of("-accel", "tcg", "-S", "-monitor", "none"),
                                        theirsFirst),
                        progress);
        return List.of(
                turns.compared(name() + "-command", "ns", YARDSTICK),
                new Comparison(
                        name() + "-start",
                        "ms",
                        YARDSTICK,
                        numbers(oursFirst),
                        numbers(theirsFirst)));
    }

    private static double nanos(List<String> program, List<String> more, List<Double> first)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(MACHINE));
        command.addAll(more);
        command.addAll(List.of("-qtest", "stdio", "-qtest-log", "none"));
        long start = System.nanoTime();
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader replies =
                        new BufferedReader(process.inputReader(StandardCharsets.US_ASCII));
                BufferedWriter commands = process.outputWriter(StandardCharsets.US_ASCII)) {
            ask(commands, replies, 1);
            first.add((System.nanoTime() - start) / 1e6);
            ask(commands, replies, COMMANDS);
            long begin = System.nanoTime();
            ask(commands, replies, COMMANDS);
            return (System.nanoTime() - begin) / (double) COMMANDS;
        } finally {
            process.destroy();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private static void ask(BufferedWriter commands, BufferedReader replies, int count)
            throws IOException {
        for (int i = 0; i < count; i++) {
            commands.write("inb 0x3fd\n");
            commands.flush();
            String reply = replies.readLine();
            if (reply == null || !reply.equals("OK 0x0060")) {
                throw new IOException("the line's status is 0x60, and the port said " + reply);
            }
        }
    }

    private static double[] numbers(List<Double> list) {
        return list.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
