package io.trapline.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the manual shows of a virtio device is what is tested here. */
class ManualTest {
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Path TESTS = Path.of("src/test/java/io/trapline/virtio");
    private static final int MOST_LINES = 100;

    private static Path manual() {
        return Path.of("../docs/virtio.md");
    }

    @Test
    void showsTheDeviceThatIsTested() throws IOException {
        List<String> shown =
                JAVA.matcher(Files.readString(manual())).results().map(r -> r.group(1)).toList();
        String all =
                Files.readString(TESTS.resolve("Entropy.java"))
                        + Files.readString(TESTS.resolve("EntropyComponent.java"))
                        + Files.readString(TESTS.resolve("EntropyTest.java"));
        assertEquals(3, shown.size(), "the device, its component, its test");
        for (String code : shown) {
            assertTrue(flat(all).contains(flat(code)), "not what is tested:\n" + code);
        }
    }

    /** A page is narrower than a source file. */
    private static String flat(String code) {
        Matcher space = Pattern.compile("\\s+").matcher(code);
        return space.replaceAll(" ").trim();
    }

    @Test
    void isShort() throws IOException {
        try (Stream<String> lines = Files.lines(TESTS.resolve("Entropy.java"))) {
            assertTrue(lines.count() < MOST_LINES);
        }
    }
}
