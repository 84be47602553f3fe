package io.trapline.launcher;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real program in a process of its own, as somebody without a terminal starts it. */
final class Trapline implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 60;

    private static final Path HOME = Path.of("target", "trapline").toAbsolutePath();

    private final Process process;
    private final StringBuilder out = new StringBuilder();
    private final StringBuilder err = new StringBuilder();
    private final List<Thread> listeners = new ArrayList<>();

    private Trapline(List<String> command) throws IOException {
        process = new ProcessBuilder(command).start();
        listen(process.getInputStream(), out);
        listen(process.getErrorStream(), err);
    }

    static Trapline start(String... arguments) throws IOException {
        return new Trapline(command(arguments));
    }

    /** Without any rights: needs root. */
    static Trapline startAsNobody(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "setpriv",
                                "--reuid=65534",
                                "--regid=65534",
                                "--clear-groups",
                                "--"));
        command.addAll(command(arguments));
        return new Trapline(command);
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.add("-jar");
        command.add(HOME.resolve("lib").resolve("launcher-1.0.0.jar").toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private void listen(InputStream stream, StringBuilder heard) {
        Thread thread =
                new Thread(
                        () -> {
                            byte[] buffer = new byte[4096];
                            try {
                                for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                                    String text = new String(buffer, 0, n, StandardCharsets.UTF_8);
                                    hear(heard, text);
                                }
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        "listener");
        thread.start();
        listeners.add(thread);
    }

    private synchronized void hear(StringBuilder heard, String text) {
        heard.append(text);
        notifyAll();
    }

    /** All that came so far: what went to standard error, then the rest. */
    synchronized String heard() {
        return err.toString() + out;
    }

    /** Waits until it has said something, anywhere in what it says. */
    synchronized Trapline await(String text) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (out.indexOf(text) < 0 && err.indexOf(text) < 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                fail(
                        "\""
                                + text
                                + "\" not said within "
                                + DEADLINE_SECONDS
                                + " s, but:\n"
                                + heard());
            }
            wait(left);
        }
        return this;
    }

    /** Types a line. */
    Trapline type(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return this;
    }

    /** Ends standard input. */
    void endInput() throws IOException {
        process.getOutputStream().close();
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Waits for its end: the exit status. */
    int status() throws InterruptedException {
        assertTrue(
                process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS),
                () -> "still runs; it said:\n" + heard());
        for (Thread listener : listeners) {
            listener.join();
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
