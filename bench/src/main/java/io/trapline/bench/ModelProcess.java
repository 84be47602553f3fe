package io.trapline.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A device model in a process of its own: answers a User VM until it is told to stop. */
final class ModelProcess implements AutoCloseable {
    private static final Pattern SERVING = Pattern.compile("serving vm (\\d+)");
    private static final long LONGEST_SECONDS = 60;

    private final Process process;
    private final int vm;

    private ModelProcess(Process process, int vm) {
        this.process = process;
        this.vm = vm;
    }

    /**
     * Starts one and waits until it serves.
     *
     * @param command which prints {@code serving vm N}
     */
    static ModelProcess start(List<String> command) throws IOException {
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        for (String line; (line = said.readLine()) != null; ) {
            Matcher serving = SERVING.matcher(line);
            if (serving.matches()) {
                return new ModelProcess(process, Integer.parseInt(serving.group(1)));
            }
        }
        process.destroyForcibly();
        throw new IOException("it does not serve: " + String.join(" ", command));
    }

    /** A class in a JVM like this one, with its options. */
    static ModelProcess java(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return start(command);
    }

    /** The User VM's number. */
    int vm() {
        return vm;
    }

    /** Ends it as an administrator would: SIGTERM. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        throw new IOException("the device model of VM " + vm + " did not end");
    }

    /** In the process itself: says so, and waits for the end, or that of who has started it. */
    static void serve(int vm, Runnable end) throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(end, "end"));
        System.out.println("serving vm " + vm);
        while (System.in.read() >= 0) {
            continue;
        }
        System.exit(0);
    }
}
