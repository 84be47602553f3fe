package io.trapline.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.felix.service.command.CommandSession;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.jline.utils.Signals;

/** The prompt at a terminal that the launcher has put into raw mode. */
final class Prompt {
    /** What the launcher sends where the prompt is to be printed again; no keyboard does. */
    private static final String REDRAW = "\033[57399~";

    private final Console console;
    private final CommandSession session;
    private final Completion completion;
    private final Screen screen;

    Prompt(Console console, CommandSession session, Completion completion, Screen screen) {
        this.console = console;
        this.session = session;
        this.completion = completion;
        this.screen = screen;
    }

    /** Reads until exit, Ctrl-D, or Ctrl-C at an empty prompt. */
    void read(InputStream in, OutputStream out, String size) throws IOException {
        String type = System.getenv().getOrDefault("TERM", "dumb");
        try (Terminal terminal =
                new ExternalTerminal("trapline", type, in, out, StandardCharsets.UTF_8)) {
            // No echo between two prompts either: the launcher's request to redraw must not be
            // seen.
            terminal.enterRawMode();
            terminal.setSize(parse(size, "x"));
            Signals.register("WINCH", () -> resized(terminal));
            Thread thread = Thread.currentThread();
            terminal.handle(Terminal.Signal.INT, signal -> thread.interrupt());
            LineReader reader = reader(terminal);
            screen.prompt(reader::printAbove);
            try {
                while (readOne(reader)) {
                    Thread.interrupted();
                }
            } finally {
                screen.prompt(null);
            }
        }
    }

    private LineReader reader(Terminal terminal) {
        DefaultParser parser = new DefaultParser();
        parser.setEscapeChars(null);
        LineReader reader =
                LineReaderBuilder.builder()
                        .terminal(terminal)
                        .appName("trapline")
                        .parser(parser)
                        .completer(completion)
                        .variable(LineReader.HISTORY_FILE, history())
                        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                        .build();
        reader.getKeyMaps()
                .get(LineReader.MAIN)
                .bind(new Reference(LineReader.REDRAW_LINE), REDRAW);
        return reader;
    }

    private static Path history() {
        String state = System.getenv("XDG_STATE_HOME");
        Path folder =
                state == null || state.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".local", "state")
                        : Path.of(state);
        return folder.resolve("trapline").resolve("history");
    }

    private boolean readOne(LineReader reader) {
        try {
            String line = reader.readLine("trapline> ");
            if (!line.isBlank()) {
                console.execute(session, line);
            }
            return !console.ending();
        } catch (UserInterruptException e) {
            return !e.getPartialLine().isEmpty();
        } catch (EndOfFileException e) {
            return false;
        }
    }

    private static void resized(Terminal terminal) {
        try {
            Process stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(ProcessBuilder.Redirect.INHERIT)
                            .start();
            String rowsAndColumns =
                    new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                            .strip();
            Size size = parse(rowsAndColumns, " ");
            terminal.setSize(new Size(size.getRows(), size.getColumns()));
            terminal.raise(Terminal.Signal.WINCH);
        } catch (IOException | NumberFormatException e) {
            // The old size serves on.
        }
    }

    /** Two numbers; a terminal that does not know its size says 0 0. */
    private static Size parse(String text, String separator) {
        String[] parts = text.split(separator, 2);
        int first = Integer.parseInt(parts[0]);
        int second = Integer.parseInt(parts[1]);
        return first == 0 || second == 0 ? new Size(80, 24) : new Size(first, second);
    }
}
