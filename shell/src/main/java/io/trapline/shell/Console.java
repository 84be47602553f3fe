package io.trapline.shell;

import io.trapline.machine.Machines;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Reads commands from the launcher's input and has Gogo execute them. At a terminal with a prompt, history and
 * completion; otherwise line by line until the end, which ends nothing but the reading.
 */
@Component(service = Console.class)
public final class Console {
    /** Framework property: columns and rows of the terminal, e.g. {@code 80x24}; empty without one. */
    private static final String TERMINAL = "trapline.terminal";

    /** The launcher's service that gives what is typed for the shell. */
    private static final String INPUT = "(trapline.input=shell)";

    /** Where a command without a scope is looked for first. */
    private static final String SCOPES = "trapline:felix:gogo:vm:device:ioreq:*";

    private final CommandProcessor processor;
    private final Machines machines;
    private final Screen screen;
    private final BundleContext context;
    private volatile Thread thread;

    /** Null: nothing can be set here, or not yet. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile Settings settings;

    /** Between the terminal and Gogo. */
    @Activate
    public Console(
            @Reference CommandProcessor processor,
            @Reference Machines machines,
            @Reference Screen screen,
            BundleContext context) {
        this.processor = processor;
        this.machines = machines;
        this.screen = screen;
        this.context = context;
    }

    /** Begins to read. */
    void open() {
        thread = new Thread(this::read, "shell");
        thread.setDaemon(true);
        thread.start();
    }

    @Deactivate
    void close() {
        if (thread != null && thread != Thread.currentThread()) {
            thread.interrupt();
        }
    }

    private void read() {
        String size = context.getProperty(TERMINAL);
        InputStream in = typed();
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        OutputStream err = new FileOutputStream(FileDescriptor.err);
        try (CommandSession session = processor.createSession(in, out, err)) {
            session.put("SCOPE", SCOPES);
            if (size == null || size.isEmpty()) {
                readLines(session, in);
            } else {
                Completion completion = new Completion(session, machines, () -> settings);
                new Prompt(this, session, completion, screen).read(in, out, size);
                end();
            }
        } catch (IOException e) {
            screen.print("trapline: the shell ends: " + e.getMessage());
        }
    }

    /**
     * What is typed for us. Not {@code System.in}: Gogo has put a stream there that asks the session of the thread
     * that reads, which would be this one.
     */
    private InputStream typed() {
        try {
            return context.getServiceReferences(InputStream.class, INPUT).stream()
                    .findAny()
                    .map(context::getService)
                    .orElseGet(InputStream::nullInputStream);
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private void readLines(CommandSession session, InputStream in) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            execute(session, line);
        }
    }

    /** Whether the process is about to end. */
    boolean ending() {
        return context.getBundle(0).getState() != Bundle.ACTIVE;
    }

    private void end() {
        try {
            context.getBundle(0).stop();
        } catch (BundleException | IllegalStateException e) {
            screen.print("trapline: cannot end: " + e.getMessage());
        }
    }

    /** Executes a line and prints what it answers, or why it did not work. */
    void execute(CommandSession session, String line) {
        try {
            Object answer = session.execute(line);
            // A yes or no is the status of grep and the like, not an answer.
            if (answer != null && !(answer instanceof Boolean)) {
                System.out.println(session.format(answer, Converter.INSPECT));
            }
        } catch (Exception e) {
            System.err.println("trapline: " + words(line, e));
        }
        System.out.flush();
    }

    /** Gogo's way to say that the arguments do not fit names Java's types: the help says it better. */
    private static String words(String line, Exception e) {
        if (e instanceof InvocationTargetException && e.getCause() instanceof Exception cause) {
            return words(line, cause);
        }
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        if (message.startsWith("Cannot coerce ")) {
            String command = line.strip().split("\\s+", 2)[0];
            return command + ": these arguments do not fit; help " + command + " explains";
        }
        return message;
    }
}
