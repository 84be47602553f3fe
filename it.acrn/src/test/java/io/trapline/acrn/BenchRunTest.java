package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rig.Outcome;
import io.trapline.rig.Rig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code trapline bench --backend acrn} inside the rig prints every figure. How large they are is not judged here. */
class BenchRunTest {
    private static final Duration LIMIT = Duration.ofMinutes(20);
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path PROGRAM = ROOT.resolve("trapline");
    private static final Path LIBRARY = ROOT.resolve("launcher/target/trapline/bench");

    /** For every JVM: what accesses cost would need many of them, and the better compiler. */
    private static final String QUICK = "-XX:TieredStopAtLevel=1 -Dio.trapline.bench.warmup=1";

    @Test
    void everyFigureIsPrinted() throws Exception {
        Rig rig = RigRunTest.rig();
        assertTrue(Files.isDirectory(LIBRARY), "not built: " + LIBRARY);
        Path reports = RigRunTest.emptied(RigRunTest.REPORTS.resolve("bench"));

        Outcome outcome =
                rig.boot().limit(LIMIT).sees(List.of(PROGRAM)).run(reports, reports, command(rig));

        System.out.print(outcome.stdout());
        assertEquals(List.of(), outcome.complaints(), outcome::stderr);
        List<String> lines = outcome.stdout().lines().toList();
        assertEquals(expected(), lines.stream().map(BenchRunTest::name).toList());
        for (String line : lines) {
            assertTrue(
                    line.matches(
                            "bench: acrn-[a-z-]+ [0-9.]+ ns(/access)? ratio [0-9.]+ to [A-Za-z ]+"
                                    + " \\(quartiles [0-9.]+-[0-9.]+\\)"),
                    line);
        }
    }

    private static List<String> command(Rig rig) {
        List<String> command = new ArrayList<>(List.of("env"));
        command.add("JAVA_HOME=" + System.getProperty("java.home"));
        command.add("JDK_JAVA_OPTIONS=" + QUICK);
        command.add("TRAPLINE_HSMRIG=" + rig.folder());
        String cache = System.getenv("HSMRIG_CACHE");
        if (cache != null) {
            command.add("HSMRIG_CACHE=" + cache);
        }
        command.addAll(List.of(PROGRAM.toString(), "bench", "--backend", "acrn", "--rounds", "7"));
        return command;
    }

    private static List<String> expected() {
        List<String> expected = new ArrayList<>();
        for (String figure : List.of("port", "four", "polling", "doorbell")) {
            boolean parts = figure.equals("port");
            for (String end : parts ? List.of("", "-direct", "-c") : List.of("", "-c")) {
                expected.add("acrn-" + figure + end);
                expected.add("acrn-" + figure + end + "-rate");
            }
        }
        expected.addAll(List.of("acrn-ioctl", "acrn-ioctl-jna"));
        return expected;
    }

    private static String name(String line) {
        String[] words = line.split(" ", 3);
        return words.length > 1 ? words[1] : line;
    }
}
