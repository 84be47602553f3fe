package io.trapline.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of the host. */
final class Command {
    private static final long LONGEST_SECONDS = 120;

    private Command() {}

    /** Whether the search path has it. */
    static boolean installed(String program) {
        String path = System.getenv("PATH");
        return path != null
                && Stream.of(path.split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /**
     * Runs a program to its end.
     *
     * @param folder where its output is kept meanwhile
     * @param expected the exit status that means success
     * @param command the program and its arguments
     * @return what it printed, on either stream
     * @throws IOException if it ended otherwise or not at all, with what it printed
     */
    static String run(Path folder, int expected, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(
                        command.get(0) + " did not end within " + LONGEST_SECONDS + " s");
            }
            String printed = Files.readString(output);
            if (process.exitValue() != expected) {
                throw new IOException(
                        command.get(0) + " ended with " + process.exitValue() + ": " + printed);
            }
            return printed;
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }
}
