package io.trapline.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParseResult;

/** What follows {@code bench} reaches the process that measures, wherever the options stand. */
class BenchCommandTest {
    private static List<String> passedOn(String... words) {
        ParseResult bench = Main.commandLine().parseArgs(words).subcommand();
        return bench.matchedPositionalValue(0, List.of());
    }

    @Test
    void optionsArePassedOn() {
        assertEquals(
                List.of("--backend", "acrn", "--rounds", "7"),
                passedOn("bench", "--backend", "acrn", "--rounds", "7"));
        assertEquals(List.of("--list"), passedOn("bench", "--list"));
    }

    @Test
    void soAreNamesBeforeThem() {
        assertEquals(
                List.of("dispatch-m", "--rounds", "21"),
                passedOn("bench", "dispatch-m", "--rounds", "21"));
        assertEquals(List.of(), passedOn("bench"));
    }
}
