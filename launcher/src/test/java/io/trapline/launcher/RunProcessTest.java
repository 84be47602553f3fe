package io.trapline.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as it is meant to be used. */
class RunProcessTest {
    @TempDir private Path folder;

    @Test
    void tellsItsVersion() throws Exception {
        try (Trapline trapline = Trapline.start("--version")) {
            assertEquals(0, trapline.status());
            assertTrue(trapline.heard().startsWith("trapline 1.0.0"), trapline::heard);
        }
    }

    @Test
    void writesACompletionForTheShell() throws Exception {
        try (Trapline trapline = Trapline.start("completion")) {
            assertEquals(0, trapline.status());
            assertTrue(
                    trapline.heard().contains("complete -F _complete_trapline"), trapline::heard);
        }
    }

    @Test
    void answersCommandsAndEnds() throws Exception {
        try (Trapline trapline = Trapline.start("run", "--backend", "sim", "--memory", "32M")) {
            trapline.await("machine main: running on sim, 1 vCPU, 32 MiB");
            trapline.await("trapline guest: ready");
            trapline.type("device:list")
                    .await("com1    serving  com1    io.trapline.devices.uart 1.0.0  port 0x3f8+8");
            trapline.await("rtc     serving  rtc     io.trapline.devices.rtc 1.0.0   port 0x70+2");
            trapline.type("ioreq:map com1 console --dedicated")
                    .await("console  in its own thread  com1");
            trapline.type("device:inspect com1").await("  LSR");
            trapline.type("device:inspect com7").await("trapline: no device com7");
            trapline.type("vm:pause").await("main     paused");
            trapline.type("vm:resume").await("main     running");
            trapline.type("lb | grep devices.uart").await("|Trapline: devices.uart");
            trapline.type("help ioreq:map").await("--dedicated");
            trapline.type("exit");

            assertEquals(0, trapline.status(), trapline::heard);
        }
    }

    @Test
    void handsTheInputToTheGuestWhereAsked() throws Exception {
        try (Trapline trapline = Trapline.start("run", "--backend", "sim", "--console", "guest")) {
            trapline.await("trapline guest: ready");
            trapline.type("echo hello guest").await("\nhello guest");
            trapline.type("date").await("\n20"); // the century
            trapline.terminate();

            assertEquals(0, trapline.status(), trapline::heard);
        }
    }

    @Test
    void goesOnAfterItsInputHasEnded() throws Exception {
        try (Trapline trapline = Trapline.start("run", "--backend", "sim")) {
            trapline.await("trapline guest: ready").type("vm:list").await("main     running");
            trapline.terminate();

            assertEquals(0, trapline.status(), trapline::heard);
        }
    }

    @Test
    void watchesAFolder() throws Exception {
        Path deploy = folder.resolve("made").resolve("here");
        try (Trapline trapline =
                Trapline.start("run", "--backend", "sim", "--deploy", deploy.toString())) {
            trapline.await("machine main: running on sim");
            assertTrue(Files.isDirectory(deploy));
            trapline.type("exit");
            assertEquals(0, trapline.status(), trapline::heard);
        }
    }

    @Test
    void theExampleRuns() throws Exception {
        Path example = Path.of("target", "trapline", "etc", "example.json");
        try (Trapline trapline =
                Trapline.start("run", "--backend", "sim", "--config", example.toString())) {
            trapline.await("machine main: running on sim")
                    .type("device:list")
                    .await("port 0x2f8+8");
            trapline.type("exit");

            assertEquals(0, trapline.status(), trapline::heard);
            assertFalse(trapline.heard().contains("note:"), trapline::heard);
        }
    }

    @Test
    void theDoctorKnowsTheSimulator() throws Exception {
        try (Trapline trapline = Trapline.start("doctor", "--backend", "sim")) {
            assertEquals(0, trapline.status(), trapline::heard);
            assertTrue(trapline.heard().contains("doctor: sim is ready"), trapline::heard);
        }
    }

    @Test
    void theDoctorTellsNobodyWhatToDo() throws Exception {
        Needs.root();
        Needs.kvm();
        try (Trapline trapline = Trapline.startAsNobody("doctor", "--backend", "kvm")) {
            assertEquals(1, trapline.status(), trapline::heard);
            assertTrue(trapline.heard().contains("doctor: kvm is not ready"), trapline::heard);
        }
    }

    @Test
    void theDemoWorksOnTheSimulator() throws Exception {
        demo("sim");
    }

    @Test
    void theDemoWorksOnKvm() throws Exception {
        Needs.kvm();
        demo("kvm");
    }

    private static void demo(String backend) throws Exception {
        try (Trapline trapline = Trapline.start("demo", "--backend", backend)) {
            assertEquals(0, trapline.status(), trapline::heard);
            assertTrue(
                    trapline.heard().endsWith("demo: 5 steps, 5 ok, backend " + backend + "\n"),
                    trapline::heard);
        }
    }
}
