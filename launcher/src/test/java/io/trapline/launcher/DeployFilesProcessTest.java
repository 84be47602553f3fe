package io.trapline.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code deploy/} gives an administrator, against the program that it is for. */
class DeployFilesProcessTest {
    private static final Path DEPLOY = Path.of("..", "deploy");

    /** Commented-out settings are settings that somebody will want. */
    private static final Pattern SUGGESTED = Pattern.compile("(?s),?\\s*/\\*.*?:\\n(.*?)\\*/");

    private static final Pattern OPTION = Pattern.compile(" (--[a-z-]+)");

    @Test
    void theUnitStartsWithOptionsThatThereAre() throws Exception {
        String start =
                Files.readAllLines(DEPLOY.resolve("trapline@.service")).stream()
                        .filter(line -> line.startsWith("ExecStart="))
                        .findAny()
                        .orElseThrow();
        Set<String> used = new TreeSet<>();
        Matcher option = OPTION.matcher(start.substring(start.indexOf(" run ")));
        while (option.find()) {
            used.add(option.group(1));
        }
        Set<String> there =
                Main.commandLine()
                        .getSubcommands()
                        .get("run")
                        .getCommandSpec()
                        .optionsMap()
                        .keySet();

        assertEquals(Set.of("--config", "--deploy", "--cache"), used);
        assertTrue(there.containsAll(used), there::toString);
    }

    @Test
    void theExampleHasNoMistake() throws Exception {
        assertEquals(List.of(), notesOn(DEPLOY.resolve("example.json")));
    }

    @Test
    void norHasWhatItSuggests() throws Exception {
        String text = Files.readString(DEPLOY.resolve("example.json"));
        String all = SUGGESTED.matcher(text).replaceAll(",$1");
        assertTrue(all.length() < text.length() && all.contains("    \"pci\""), all);

        Path file = Files.createTempFile("example", ".json");
        try {
            assertEquals(List.of(), notesOn(Files.writeString(file, all)));
        } finally {
            Files.delete(file);
        }
    }

    private static List<String> notesOn(Path file) throws Exception {
        Layout layout = new Layout(Path.of("target", "trapline"));
        List<Path> bundles = new ArrayList<>(layout.jars("bundles"));
        bundles.addAll(layout.jars("devices"));
        List<String> notes = new ArrayList<>();
        Configuration.read(file).check(Metatype.of(bundles), notes::add);
        return notes;
    }
}
