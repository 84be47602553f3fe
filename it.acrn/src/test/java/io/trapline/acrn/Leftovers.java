package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What machines hold of this process: files, mappings, threads. To be the same before and after. */
final class Leftovers {
    private final List<String> before = now();

    /** Waits until no more is there than when this was made. */
    void check() {
        try {
            AcrnLab.await("", () -> now().equals(before));
        } catch (AssertionError e) {
            assertEquals(before, now(), "left behind");
        }
    }

    private static List<String> now() {
        List<String> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            files.map(Leftovers::target)
                    .filter(name -> name.matches(".*(acrn_hsm|trapline-|eventfd|eventpoll).*"))
                    .forEach(all::add);
            Files.readAllLines(Path.of("/proc/self/maps")).stream()
                    .filter(line -> line.contains("trapline-"))
                    .forEach(all::add);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("acrn-"))
                .forEach(all::add);
        all.sort(null);
        return all;
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }
}
