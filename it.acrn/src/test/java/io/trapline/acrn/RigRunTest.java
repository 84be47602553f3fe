package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;
import static org.junit.platform.launcher.TagFilter.includeTags;

import io.trapline.rig.Boot;
import io.trapline.rig.Outcome;
import io.trapline.rig.Rig;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Boots the rig, once for each setting, and runs every class marked {@link OnRig} in it. */
class RigRunTest {
    private static final Duration LIMIT = Duration.ofMinutes(40);

    /** How much sooner than the machine its tests end, to say where they were. */
    private static final Duration FAREWELL = Duration.ofMinutes(2);

    static final Path REPORTS = Path.of("target/rig-reports").toAbsolutePath();

    /** C1 only, one collector's thread: on an emulated CPU the compiler costs more than it gives. */
    private static final List<String> FLAGS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m", "-XX:-UsePerfData");

    /** One boot: what is different in it. */
    record Setting(String name, UnaryOperator<Boot> options, String javaHome, List<String> flags) {
        Setting(String name, UnaryOperator<Boot> options) {
            this(name, options, System.getProperty("java.home"), List.of());
        }

        /** The same, shorter where a test can be. */
        Setting brief() {
            List<String> more = new ArrayList<>(flags);
            more.add("-Drig.accesses=100000");
            return new Setting(name, options, javaHome, more);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Setting> settings() {
        List<Setting> settings = new ArrayList<>();
        settings.add(new Setting("default", b -> b));
        settings.add(new Setting("strict-destroy", b -> b.hypervisor("strict_destroy=1")));
        settings.add(new Setting("slub-debug", b -> b.kernel("slub_debug=FZPU")).brief());
        String jdk25 = System.getenv("JAVA_HOME_25_X64");
        if (jdk25 != null) {
            List<String> flags = List.of("--enable-native-access=ALL-UNNAMED");
            settings.add(new Setting("jdk25", b -> b, jdk25, flags).brief());
        }
        settings.removeIf(setting -> !chosen("rig.boot", setting.name()));
        return settings;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("settings")
    void everyTestPassesOnTheRealDriver(Setting setting) throws Exception {
        Rig rig = rig();
        Path reports = emptied(REPORTS.resolve(setting.name()));

        Outcome outcome =
                setting.options()
                        .apply(rig.boot())
                        .limit(LIMIT)
                        .sees(classPath().stream().map(Path::of).toList())
                        .run(reports, reports, command(setting, reports));

        System.out.println(setting + ": " + lastLine(outcome.stdout()));
        assertEquals(List.of(), outcome.complaints(), () -> details(outcome));
    }

    private static List<String> command(Setting setting, Path reports) {
        List<String> words = new ArrayList<>(List.of(setting.javaHome() + "/bin/java"));
        words.addAll(FLAGS);
        words.addAll(setting.flags());
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("rig."))
                .forEach(name -> words.add("-D" + name + "=" + System.getProperty(name)));
        words.addAll(List.of("-cp", String.join(File.pathSeparator, classPath())));
        words.add(RigMain.class.getName());
        words.add(Long.toString(LIMIT.minus(FAREWELL).toSeconds()));
        words.add(reports.toString());
        words.addAll(testClasses());
        return words;
    }

    /** Surefire's own class path may be one jar that only names the others. */
    private static List<String> classPath() {
        String path =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.of(path.split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty() && Files.exists(Path.of(entry)))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .toList();
    }

    /** Every class marked {@link OnRig}; {@code -Drig.test=REGEX} chooses among them. */
    private static List<String> testClasses() {
        TestPlan plan =
                LauncherFactory.create()
                        .discover(
                                LauncherDiscoveryRequestBuilder.request()
                                        .selectors(selectPackage(RigRunTest.class.getPackageName()))
                                        .filters(includeTags("rig"))
                                        .build());
        List<String> classes =
                plan.getRoots().stream()
                        .flatMap(root -> plan.getDescendants(root).stream())
                        .flatMap(test -> test.getSource().stream())
                        .filter(source -> source instanceof ClassSource)
                        .map(source -> ((ClassSource) source).getClassName())
                        .filter(name -> !name.contains("$") && chosen("rig.test", name))
                        .sorted()
                        .toList();
        assertFalse(classes.isEmpty(), "no test class for the rig");
        return classes;
    }

    private static boolean chosen(String property, String name) {
        return name.matches(".*" + System.getProperty(property, "") + ".*");
    }

    /** The rig; where there is none the test is skipped, or fails if everything has to be there. */
    static Rig rig() throws IOException {
        try {
            Rig rig = Rig.find();
            System.out.println("the rig is " + rig);
            return rig;
        } catch (FileNotFoundException e) {
            if ("true".equals(System.getenv("TRAPLINE_REQUIRE_ALL"))) {
                return fail("no HSM rig, and TRAPLINE_REQUIRE_ALL=true", e);
            }
            System.err.println("SKIPPED, nothing is tested on the HSM driver: " + e.getMessage());
            return abort(e.getMessage());
        }
    }

    static Path emptied(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
        return Files.createDirectories(folder);
    }

    private static String lastLine(String text) {
        return text.lines().reduce((first, second) -> second).orElse("no output");
    }

    private static String details(Outcome outcome) {
        return String.join(
                "\n",
                "all of it is in " + outcome.folder(),
                end(outcome.stdout()),
                end(outcome.stderr()),
                outcome.kernelTrouble().isEmpty() ? "" : end(outcome.console()));
    }

    private static String end(String text) {
        return text.length() <= 6000 ? text : "..." + text.substring(text.length() - 6000);
    }
}
