package io.trapline.guest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The README, "build.sh": the committed images are what their sources give. */
class RebuildTest {
    private static final Path ROOM = Path.of("").toAbsolutePath();
    private static final List<String> TOOLS = List.of("sh", "as", "ld", "objcopy", "gcc");

    private static final String COMPILER = "12.2";

    @TempDir static Path built;

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        List<String> missing = TOOLS.stream().filter(tool -> !installed(tool)).toList();
        if (!missing.isEmpty() && !"true".equals(System.getenv("TRAPLINE_REQUIRE_ALL"))) {
            System.err.println(
                    "GUESTS ARE NOT REBUILT: no " + missing + "; install binutils and gcc");
            assumeTrue(false, "no " + missing);
        }
        Path log = Files.createTempFile(built, "build", ".log");
        int status =
                new ProcessBuilder("sh", ROOM.resolve("build.sh").toString(), built.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start()
                        .waitFor();
        assertEquals(0, status, Files.readString(log));
    }

    @ParameterizedTest
    @ValueSource(strings = {"monitor.bin", "loops.bin", "loops.rom"})
    void theCommittedImageIsWhatTheSourcesGive(String image) throws IOException {
        assertArrayEquals(
                Files.readAllBytes(built.resolve(image)),
                Files.readAllBytes(ROOM.resolve("bin").resolve(image)));
    }

    /** The compiler decides about some bytes, so these are compared where it is the one that made them. */
    @ParameterizedTest
    @ValueSource(strings = {"disk.bin", "disk.rom"})
    void theCompiledImageIsWhatTheSourcesGive(String image)
            throws IOException, InterruptedException {
        Process asked = new ProcessBuilder("gcc", "-dumpfullversion").start();
        String version = new String(asked.getInputStream().readAllBytes(), US_ASCII).trim();
        if (!version.startsWith(COMPILER)) {
            System.err.println(image + " IS NOT COMPARED: gcc is " + version);
            assumeTrue(false, "gcc " + COMPILER);
        }
        theCommittedImageIsWhatTheSourcesGive(image);
    }

    @ParameterizedTest
    @ValueSource(strings = {"monitor.bin", "loops.bin", "loops.rom", "disk.bin", "disk.rom"})
    void theCommittedImageIsAResource(String image) throws IOException {
        try (InputStream resource = RebuildTest.class.getResourceAsStream("/guest/" + image)) {
            assertNotNull(resource, image);
            assertArrayEquals(
                    Files.readAllBytes(ROOM.resolve("bin").resolve(image)),
                    resource.readAllBytes());
        }
    }

    /** The README, "Parameters": a block that can be recognised, at the same place in each pair. */
    @ParameterizedTest
    @CsvSource({
        "loops.bin, TLOOPS01",
        "loops.rom, TLOOPS01",
        "disk.bin, TDISK001",
        "disk.rom, TDISK001"
    })
    void theParameterBlockIsMarked(String image, String mark) throws IOException {
        byte[] bytes = Files.readAllBytes(ROOM.resolve("bin").resolve(image));
        assertEquals(mark, new String(bytes, 0x10, 8, US_ASCII));
    }

    private static boolean installed(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }
}
