package io.trapline.oracle;

import io.trapline.oracle.Reply.Edge;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A program that is driven over the qtest protocol on its standard input and output. */
final class QtestProcess implements Endpoint {
    /** Much longer than anything takes, also on a busy machine. */
    private static final long PATIENCE_SECONDS = Integer.getInteger("oracle.patience", 60);

    private static final String IRQ = "IRQ ";
    private static final String END = "(closed)";

    private final String name;
    private final Process process;
    private final Path errors;
    private final BufferedWriter commands;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread reader;

    private QtestProcess(String name, Process process, Path errors) {
        this.name = name;
        this.process = process;
        this.errors = errors;
        this.commands = process.outputWriter(StandardCharsets.US_ASCII);
        this.reader = new Thread(this::read, "qtest of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a program; it need not be ready yet, what it is told waits in its input. */
    static QtestProcess start(String name, List<String> words, Map<String, String> environment) {
        try {
            Path folder = Files.createDirectories(Path.of("target", "oracle"));
            Path errors = Files.createTempFile(folder, name + "-", ".stderr");
            ProcessBuilder builder = new ProcessBuilder(words).redirectError(errors.toFile());
            builder.environment().putAll(environment);
            return new QtestProcess(name, builder.start(), errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void send(List<String> batch) {
        try {
            for (String line : batch) {
                commands.write(line);
                commands.write('\n');
            }
            commands.flush();
        } catch (IOException e) {
            throw failure("takes no more commands: " + e.getMessage());
        }
    }

    @Override
    public List<Reply> receive(int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        List<Reply> replies = new ArrayList<>(count);
        List<Edge> edges = new ArrayList<>();
        while (replies.size() < count) {
            String line = next(deadline);
            if (line.startsWith(IRQ)) {
                edges.add(edge(line));
            } else {
                replies.add(new Reply(line, List.copyOf(edges)));
                edges.clear();
            }
        }
        return replies;
    }

    /** {@code IRQ raise 4}. */
    private static Edge edge(String line) {
        int blank = line.lastIndexOf(' ');
        return new Edge(
                Integer.parseInt(line.substring(blank + 1)),
                line.startsWith("raise", IRQ.length()));
    }

    private String next(long deadline) {
        try {
            String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw failure("gave no reply for " + PATIENCE_SECONDS + " s");
            }
            if (line.equals(END)) {
                lines.add(END);
                throw failure("closed its output");
            }
            return line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("was not waited for");
        }
    }

    private void read() {
        try (BufferedReader replies =
                new BufferedReader(
                        new InputStreamReader(
                                process.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = replies.readLine(); line != null; line = replies.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("FAIL " + e.getMessage());
        } finally {
            lines.add(END);
        }
    }

    private IllegalStateException failure(String what) {
        return new IllegalStateException(name + " " + what + "; it said:\n" + said());
    }

    private String said() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            return "nothing that can be read: " + e.getMessage();
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            commands.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // What was not read of its input is lost with it.
        }
    }
}
