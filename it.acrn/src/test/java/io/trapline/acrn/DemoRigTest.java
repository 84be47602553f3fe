package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rig.Outcome;
import io.trapline.rig.Rig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The program as an administrator starts it, on the real driver: one boot, in which {@code demo-rig.sh} runs one command
 * after the other, with a hypervisor that refuses to destroy a running User VM.
 */
class DemoRigTest {
    private static final Duration LIMIT = Duration.ofMinutes(20);

    private static final Path FOLDER = RigRunTest.REPORTS.resolve("demo");
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path PROGRAM = ROOT.resolve("trapline");
    private static final Path LIBRARY = ROOT.resolve("launcher/target/trapline/lib");
    private static final Path SCRIPT = Path.of("target/test-classes/demo-rig.sh").toAbsolutePath();

    /** An event that changes a User VM's life: {@code 17 t=123 vm=1 pause ret=0}. */
    private static final Pattern LIFE =
            Pattern.compile("\\d+ t=\\d+ vm=\\d+ (create|start|pause|reset|destroy)\\b.* ret=0");

    private static Outcome outcome;

    @BeforeAll
    static void boot() throws Exception {
        Rig rig = RigRunTest.rig();
        assertTrue(Files.isDirectory(LIBRARY), "not built: " + LIBRARY);
        Path folder = RigRunTest.emptied(FOLDER);
        outcome =
                rig.boot()
                        .hypervisor("strict_destroy=1 vcpus=5")
                        .limit(LIMIT)
                        .sees(List.of(PROGRAM, SCRIPT))
                        .run(folder, folder, command());
    }

    /** C1 only: on an emulated CPU the other compiler costs more than it gives. */
    private static List<String> command() {
        return List.of(
                "env",
                "JAVA_HOME=" + System.getProperty("java.home"),
                "TRAPLINE_JAVA=-XX:TieredStopAtLevel=1",
                "bash",
                SCRIPT.toString(),
                PROGRAM.toString());
    }

    @Test
    void nobodyComplains() {
        assertEquals(List.of(), outcome.complaints(), outcome::stderr);
    }

    @Test
    void theDoctorFindsItReady() {
        assertAll(
                () -> assertEquals("0", said("doctor.status"), told("doctor")),
                () -> assertEquals("doctor: acrn is ready", lastLine("doctor.out")));
    }

    @Test
    void theDemoDoesItsFiveSteps() {
        assertAll(
                () -> assertEquals("0", said("demo.status"), told("demo")),
                () ->
                        assertEquals(
                                "demo: 5 steps, 5 ok, backend acrn",
                                lastLine("demo.out"),
                                told("demo")));
    }

    @Test
    void aGuestIsPlayedAnewAfterAReset() {
        String run = said("run.out");
        assertEquals(2, run.split("trapline guest: ready", -1).length - 1, run);
        assertFalse(said("run.err").contains("the guest"), told("run"));
    }

    @Test
    void aRunEndsWhenToldToWhileFiveProcessorsAsk() {
        assertEquals("0", said("run.status"), told("run"));
        System.out.println("run ended " + said("run.millis") + " ms after SIGTERM");
        String answered = said("answered.out");
        assertTrue(answered.startsWith("ok n=2000 vcpus=4 errors=0 mismatches=0 "), answered);
        String load = said("load.out");
        assertTrue(load.matches("err n=\\d{4,} vcpus=4 errors=4 mismatches=0 .*"), load);
        assertTrue(
                load.matches(".* first-error=vcpu\\d:(abandoned|vm-not-running|no-vm) .*"), load);
    }

    /** Of the demo and of the run: one after the other. */
    @Test
    void eachMachineIsPausedRightBeforeItIsDestroyed() {
        String demo = "create start pause destroy";
        String run = "create start pause reset start pause destroy";
        List<String> lives = new ArrayList<>();
        for (Matcher event = LIFE.matcher(said("log")); event.find(); ) {
            String what = event.group(1);
            if (!what.equals("pause") || !lives.get(lives.size() - 1).equals(what)) {
                lives.add(what);
            }
        }
        assertEquals(demo + " " + run, String.join(" ", lives));
    }

    /** What was put into a file of the boot; empty if there is none: the script did not come so far. */
    private static String said(String name) {
        try {
            Path file = outcome.folder().resolve(name);
            return Files.exists(file) ? Files.readString(file).strip() : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String lastLine(String name) {
        return said(name).lines().reduce((first, second) -> second).orElse("");
    }

    /** All that a command said, for a failure. */
    private static Supplier<String> told(String command) {
        return () -> said(command + ".out") + "\n" + said(command + ".err");
    }
}
