package io.trapline.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people get wrong: each has one clear message, its exit status, and no stack trace. */
class BadInputProcessTest {
    @TempDir private Path folder;

    @BeforeEach
    void nobodyMayLookIn() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String refused(int status, Trapline trapline) throws InterruptedException {
        try (trapline) {
            assertEquals(status, trapline.status(), trapline::heard);
            assertFalse(trapline.heard().contains("\tat "), trapline::heard);
            return trapline.heard();
        }
    }

    private static void assertSays(String expected, String said) {
        assertTrue(said.contains(expected), () -> "wanted \"" + expected + "\" in:\n" + said);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void anImageThatIsMissing() throws Exception {
        String said = refused(2, Trapline.start("run", "--image", folder + "/none.elf"));

        assertSays("trapline: machine main: image " + folder + "/none.elf: no such file", said);
    }

    @Test
    void anImageThatCannotBeRead() throws Exception {
        Needs.root();
        Path image = file("secret.bin", "x");
        Files.setPosixFilePermissions(image, PosixFilePermissions.fromString("rw-------"));
        String said = refused(2, Trapline.startAsNobody("run", "--image", image.toString()));

        assertSays("image " + image + ": cannot be read: permission denied", said);
    }

    @Test
    void aDiskThatIsMissing() throws Exception {
        String said = refused(2, Trapline.start("run", "--disk", folder + "/none.img"));

        assertSays("trapline: --disk: " + folder + "/none.img: no such file; truncate", said);
    }

    @Test
    void aSettingThatNoDiskHas() throws Exception {
        String said = refused(2, Trapline.start("run", "--disk", "null:1M,colour=red"));

        assertSays("trapline: devices.virtioblk~disk: unknown key \"colour\"; known:", said);
    }

    @Test
    void aConfigurationThatIsMissing() throws Exception {
        String said = refused(2, Trapline.start("run", "--config", folder + "/none.json"));

        assertSays("configuration " + folder + "/none.json: no such file", said);
    }

    @Test
    void aWrongKey() throws Exception {
        Path config = file("c.json", "{\n \"machine~main\": {\n  \"vcpu\": 2\n }\n}\n");
        String said = refused(2, Trapline.start("run", "--config", config.toString()));

        assertSays(config + ":3: machine~main: unknown key \"vcpu\"; known:", said);
        assertSays("vcpus: whole number", said);
    }

    @Test
    void aWrongType() throws Exception {
        Path config = file("c.json", "{ \"devices.uart~com1\": { \"port\": [1] } }");
        String said = refused(2, Trapline.start("run", "--config", config.toString()));

        assertSays(config + ":1: devices.uart~com1: port = [1], wanted whole number", said);
    }

    @Test
    void brokenJson() throws Exception {
        Path config = file("c.json", "{\n  \"machine~main\": { \"vcpus\": }\n}\n");
        String said = refused(2, Trapline.start("run", "--config", config.toString()));

        assertSays(config + ":2: not JSON at column", said);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "run --backend xen     | 2 | '--backend': 'xen' is not one of [auto, acrn, kvm, sim]",
                "run --vcpus 17        | 2 | --vcpus: 17, wanted 1 to 16",
                "run --vcpus two       | 2 | '--vcpus': 'two' is not an int",
                "run --memory much     | 2 | --memory: much, wanted e.g. 64M or 2G",
                "run --bogus           | 2 | Unknown option: '--bogus'",
                "walk                  | 2 | Unmatched argument at index 0: 'walk'",
            })
    void aWrongOption(String line, int status, String complaint) throws Exception {
        String said = refused(status, Trapline.start(line.split(" ")));

        assertSays(complaint, said);
    }

    @Test
    void aBackendThatThereIsNot() throws Exception {
        Path config = file("c.json", "{ \"machine~main\": { \"backend\": \"xen\" } }");
        String said = refused(2, Trapline.start("run", "--config", config.toString()));

        assertSays(
                "c.json:1: machine~main: backend = \"xen\", wanted one of acrn, auto, kvm", said);
    }

    @Test
    void aBackendThatIsNotThere() throws Exception {
        assumeFalse(Files.exists(Path.of("/dev/acrn_hsm")), "this is a Service VM of ACRN");
        Path config = file("c.json", "{ \"machine~main\": { \"backend\": \"acrn\" } }");
        String said = refused(1, Trapline.start("run", "--config", config.toString()));

        assertSays("trapline: machine main: open /dev/acrn_hsm: No such file or directory", said);
    }

    @Test
    void kvmWithoutRights() throws Exception {
        Needs.root();
        Needs.kvm();
        String said = refused(1, Trapline.startAsNobody("run", "--backend", "kvm"));

        assertSays("trapline: machine main: ", said);
        assertSays("/dev/kvm", said);
    }

    @Test
    void aBundleThatDoesNotResolveLeavesTheRestAlone() throws Exception {
        Path deploy = Files.createDirectory(folder.resolve("deploy"));
        try (Trapline trapline =
                Trapline.start("run", "--backend", "sim", "--deploy", deploy.toString())) {
            trapline.await("machine main: running on sim");
            bundle(deploy, "bad", "no.such.thing");
            trapline.await("bad.jar: does not resolve: nobody offers package no.such.thing");
            trapline.type("vm:list").await("main     running");
            trapline.type("exit");

            assertEquals(0, trapline.status(), trapline::heard);
        }
    }

    @Test
    void aPortThatIsTakenLeavesItsOwnerAlone() throws Exception {
        Path config =
                file(
                        "c.json",
                        """
                        {
                            "machine~main": { "backend": "sim" },
                            "devices.uart~com1": { "port": "0x3F8", "chardev": "null" },
                            "devices.uart~com9": { "port": "0x3FC", "chardev": "null" }
                        }
                        """);
        try (Trapline trapline = Trapline.start("run", "--config", config.toString())) {
            trapline.await("machine main: running on sim")
                    .await("refused: install failed: port range taken: ")
                    .await("by com")
                    .await("owner=com");
            trapline.type("device:list").await("refused");
            trapline.type("exit");

            assertEquals(0, trapline.status(), trapline::heard);
        }
    }

    /** Written elsewhere and renamed: File Install must not see half of it. */
    private static void bundle(Path folder, String name, String imports) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
        manifest.getMainAttributes().putValue("Bundle-Version", "1.0.0");
        manifest.getMainAttributes().putValue("Import-Package", imports);
        Path half = folder.resolve("." + name);
        try (OutputStream out = Files.newOutputStream(half);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.finish();
        }
        Files.move(half, folder.resolve(name + ".jar"), StandardCopyOption.ATOMIC_MOVE);
    }
}
