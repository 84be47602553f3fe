package io.trapline.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/** One run of the framework for one command: started, used, stopped, whoever says so. */
final class Session {
    private static final Duration READY = Duration.ofSeconds(20);

    /** The bundle that only a prompt at a terminal needs. */
    private static final String PROMPT = "jline";

    private final String command;
    private final List<Path> bundles;
    private final Map<String, String> properties;
    private final Path cache;
    private final AtomicBoolean ended = new AtomicBoolean();

    Session(String command, List<Path> bundles, Map<String, String> properties, Path cache) {
        this.command = command;
        this.bundles = bundles;
        this.properties = new HashMap<>(properties);
        this.properties.put("gosh.args", "--nointeractive --noshutdown");
        this.cache = cache;
    }

    private List<Path> without(String name) {
        return bundles.stream().filter(jar -> !Layout.name(jar).equals(name)).toList();
    }

    /** Does the command; its result is the exit status. A signal keeps the status that the JVM gives it. */
    int perform() throws BadInput, InterruptedException {
        return perform(this::end);
    }

    /** Does the command; its result is the exit status, and 0 if a signal ends it before. */
    int performUntilSignalled() throws BadInput, InterruptedException {
        return perform(this::signalled);
    }

    private int perform(BiConsumer<Platform, Terminal> atEnd)
            throws BadInput, InterruptedException {
        try (Terminal terminal = new Terminal(Terminal.Focus.SHELL)) {
            Platform platform = new Platform(properties, cache);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> atEnd.accept(platform, terminal), "end"));
            try {
                platform.start(without(PROMPT), terminal);
                return platform.call(command, READY);
            } finally {
                end(platform, terminal);
            }
        }
    }

    /** Does the command, then lets the framework run until somebody stops it: the shell or a signal. */
    int serve(Terminal.Focus focus) throws BadInput, InterruptedException {
        try (Terminal terminal = new Terminal(focus)) {
            properties.put("trapline.shell", "true");
            properties.put("trapline.terminal", terminal.size());
            Platform platform = new Platform(properties, cache);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> signalled(platform, terminal), "end"));
            try {
                terminal.open();
                platform.start(terminal.size().isEmpty() ? without(PROMPT) : bundles, terminal);
                int status = platform.call(command, READY);
                if (status == 0) {
                    platform.await();
                }
                return status;
            } finally {
                end(platform, terminal);
            }
        }
    }

    /** Runs at any end of the JVM; does something only where a signal caused it. */
    private void signalled(Platform platform, Terminal terminal) {
        if (!ended.get()) {
            Runtime.getRuntime().halt(end(platform, terminal) ? 0 : Main.FAILED);
        }
    }

    private boolean end(Platform platform, Terminal terminal) {
        if (!ended.compareAndSet(false, true)) {
            return true;
        }
        try {
            platform.close();
            return true;
        } catch (BadInput e) {
            System.err.println("trapline: " + e.getMessage());
            return false;
        } finally {
            terminal.close();
        }
    }
}
