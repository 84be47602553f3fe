package io.trapline.shell;

import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

/** Tells the operator what bundles complain of in the log, in one line each and without stack traces. */
@Component(service = Complaints.class, immediate = true)
public final class Complaints {
    private static final String FILE_INSTALL = "org.apache.felix.fileinstall";

    // As File Install and Felix put it.
    private static final Pattern NOT_STARTED =
            Pattern.compile("^Error while starting bundle: (?:file:)?(.*)");
    private static final Pattern MISSING =
            Pattern.compile(
                    "missing requirement \\[.*?\\(R [^)]*\\)\\] (.*?)(?: \\[caused by| Unresolved|$)");
    // As Declarative Services put it; what others say then of the missing service is a consequence.
    private static final String NOT_MADE =
            "Error during instantiation of the implementation object";
    private static final String NO_SERVICE = "Service factory returned null";
    private static final Pattern PACKAGE = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]*)\\)");

    private final LogReaderService log;
    private final Screen screen;
    private final LogListener listener = this::logged;
    private long last = Long.MIN_VALUE;
    private String told = "";

    /** Of the whole framework, from its start. */
    @Activate
    public Complaints(@Reference LogReaderService log, @Reference Screen screen) {
        this.log = log;
        this.screen = screen;
        log.addLogListener(listener);
        List<LogEntry> earlier = Collections.list(log.getLog());
        Collections.reverse(earlier);
        earlier.forEach(this::logged);
    }

    @Deactivate
    void close() {
        log.removeLogListener(listener);
    }

    private synchronized void logged(LogEntry entry) {
        if (entry.getSequence() <= last) {
            return;
        }
        last = entry.getSequence();
        String bundle = entry.getBundle().getSymbolicName();
        // File Install warns of what others call an error: a bundle that does not start.
        LogLevel least = bundle.equals(FILE_INSTALL) ? LogLevel.WARN : LogLevel.ERROR;
        if (!least.implies(entry.getLogLevel())) {
            return;
        }
        String words = words(bundle, entry.getMessage(), entry.getException());
        if (!words.equals(told) && !words.contains(NO_SERVICE)) {
            told = words;
            screen.print("trapline: " + words);
        }
    }

    /** What was wrong in the first place. */
    private static String last(Throwable thrown) {
        Throwable last = thrown;
        while (last.getCause() != null && last.getCause() != last) {
            last = last.getCause();
        }
        String message = last.getMessage();
        // Not of NoSuchFileException, which says the file and nothing else.
        return message != null && message.contains(" ") ? message : last.toString();
    }

    /** A complaint in one line. */
    static String words(String bundle, String message, Throwable cause) {
        String why = cause == null || cause.getMessage() == null ? "" : cause.getMessage();
        Matcher jar = NOT_STARTED.matcher(message);
        if (message.contains(NOT_MADE) && cause != null) {
            return bundle + ": " + last(cause);
        } else if (!jar.find()) {
            String first = message.lines().findFirst().orElse("");
            return bundle
                    + ": "
                    + first
                    + (why.isEmpty() ? "" : ": " + why.lines().findFirst().orElse(""));
        }
        Matcher missing = MISSING.matcher(why);
        if (!missing.find()) {
            return jar.group(1) + ": not started: " + why.lines().findFirst().orElse("");
        }
        Matcher name = PACKAGE.matcher(missing.group(1));
        return jar.group(1)
                + ": does not resolve: nobody offers "
                + (name.find() ? "package " + name.group(1) + ", " : "")
                + missing.group(1);
    }
}
