package io.trapline.qtest.port;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What goes over the port, a line each, with the seconds since it was opened. */
public final class PortLog implements AutoCloseable {
    private final PrintStream out;
    private final long opened = System.nanoTime();

    private PortLog(PrintStream out) {
        this.out = out;
    }

    /**
     * Opens a log.
     *
     * @param place a file, {@code none}, or {@code /dev/fd/2} for standard error
     * @return null: none is wanted
     */
    public static PortLog open(String place) throws IOException {
        return switch (place) {
            case "none", "/dev/null" -> null;
            // Opening it anew would begin a file anew that others write to.
            case "/dev/fd/2", "/dev/stderr", "/proc/self/fd/2" ->
                    new PortLog(
                            new PrintStream(
                                    new FileOutputStream(FileDescriptor.err),
                                    true,
                                    StandardCharsets.ISO_8859_1));
            default ->
                    new PortLog(
                            new PrintStream(
                                    new FileOutputStream(place),
                                    true,
                                    StandardCharsets.ISO_8859_1));
        };
    }

    void received(String line) {
        write('R', line);
    }

    void sent(String line) {
        write('S', line);
    }

    private void write(char kind, String line) {
        double seconds = (System.nanoTime() - opened) / 1e9;
        out.println(String.format(java.util.Locale.ROOT, "[%c +%f] %s", kind, seconds, line));
    }

    @Override
    public void close() {
        out.flush();
    }
}
