package io.trapline.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The terminal that we were started in, as {@code stty} sees it.
 *
 * @param settings how it was, to be restored
 * @param size columns and rows, e.g. {@code 80x24}
 */
record Tty(String settings, String size) {
    /** Every key reaches us at once and by itself; what we print is still made into lines. */
    private static final String[] RAW = {
        "-icanon", "-echo", "-isig", "-iexten", "-ixon", "-icrnl", "min", "1", "time", "0"
    };

    /** The terminal, if both standard input and output are one. */
    static Optional<Tty> open() {
        if (!isTerminal(0) || !isTerminal(1)) {
            return Optional.empty();
        }
        String settings = stty("-g");
        String[] rowsAndColumns = stty("size").split(" ");
        if (settings.isEmpty() || rowsAndColumns.length != 2) {
            return Optional.empty();
        }
        return Optional.of(new Tty(settings, rowsAndColumns[1] + "x" + rowsAndColumns[0]));
    }

    private static boolean isTerminal(int descriptor) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    void raw() {
        stty(RAW);
    }

    void restore() {
        stty(settings);
    }

    private static String stty(String... arguments) {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(Arrays.asList(arguments));
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectInput(ProcessBuilder.Redirect.INHERIT)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String answer =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .strip();
            return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0 ? answer : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
