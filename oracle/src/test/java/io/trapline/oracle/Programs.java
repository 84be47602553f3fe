package io.trapline.oracle;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** How the two sides are started: Debian's QEMU, and Trapline as it is shipped. */
final class Programs {
    private static final String QEMU = "qemu-system-x86_64";
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path TRAPLINE = ROOT.resolve("trapline");
    private static final Path LIBRARY = ROOT.resolve("launcher/target/trapline/lib");

    /** What both are told: a PC with an RTC, and a UART whose other end takes all and says nothing. */
    private static final List<String> MACHINE =
            List.of(
                    "-M",
                    "pc",
                    "-display",
                    "none",
                    "-nodefaults",
                    "-qtest",
                    "stdio",
                    "-qtest-log",
                    "none",
                    "-rtc",
                    "base=2020-02-28T23:59:50,clock=vm",
                    "-chardev",
                    "null,id=c0",
                    "-device",
                    "isa-serial,chardev=c0");

    private Programs() {}

    /** Skips the test where there is no QEMU. */
    static void requireQemu() {
        boolean there =
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, QEMU)));
        if (!there) {
            String message = "no " + QEMU + " in PATH: NOTHING IS COMPARED WITH QEMU";
            System.err.println(message);
            if ("true".equals(System.getenv("TRAPLINE_REQUIRE_ALL"))) {
                fail(message);
            }
            abort(message);
        }
    }

    /** QEMU; its time stands still. */
    static Endpoint qemu(String... more) {
        requireQemu();
        List<String> words =
                new ArrayList<>(List.of(QEMU, "-accel", "tcg", "-S", "-monitor", "none"));
        words.addAll(MACHINE);
        words.addAll(List.of(more));
        return watched(QtestProcess.start("qemu", words, Map.of()));
    }

    /** Trapline, from the layout that the launcher's module made. */
    static Endpoint trapline() {
        assertTrue(Files.isDirectory(LIBRARY), "not built: " + LIBRARY);
        List<String> words =
                new ArrayList<>(List.of(TRAPLINE.toString(), "qtest", "-accel", "qtest"));
        words.addAll(MACHINE);
        Map<String, String> environment = Map.of("JAVA_HOME", System.getProperty("java.home"));
        return watched(QtestProcess.start("trapline", words, environment));
    }

    /** A machine with disks, its time standing still. */
    static Endpoint disks(boolean qemu, String machine, List<String> more) {
        requireQemu();
        List<String> words = new ArrayList<>();
        if (qemu) {
            words.addAll(List.of(QEMU, "-accel", "tcg", "-S", "-monitor", "none"));
            words.addAll(List.of("-global", "virtio-mmio.force-legacy=off"));
        } else {
            assertTrue(Files.isDirectory(LIBRARY), "not built: " + LIBRARY);
            words.addAll(List.of(TRAPLINE.toString(), "qtest", "-accel", "qtest"));
        }
        String options = qemu && machine.equals("microvm") ? ",ioapic2=off" : "";
        words.addAll(List.of("-M", machine + options, "-display", "none", "-nodefaults"));
        words.addAll(List.of("-qtest", "stdio", "-qtest-log", "none"));
        words.addAll(more);
        Map<String, String> environment = Map.of("JAVA_HOME", System.getProperty("java.home"));
        return QtestProcess.start(qemu ? "qemu" : "trapline", words, environment);
    }

    /** From now on each change of an interrupt line is told. */
    static Endpoint watched(Endpoint side) {
        side.ask("irq_intercept_in ioapic");
        return side;
    }
}
