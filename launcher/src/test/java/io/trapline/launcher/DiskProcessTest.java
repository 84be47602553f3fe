package io.trapline.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks as an integrator gives them to a machine and takes them away. */
class DiskProcessTest {
    private static final long MIB = 1 << 20;

    @TempDir private Path folder;
    private Path image;

    @BeforeEach
    void make() throws IOException {
        image = sized("disk.img");
    }

    private Path sized(String name) throws IOException {
        Path file = folder.resolve(name);
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(4 * MIB);
        }
        return file;
    }

    @Test
    void areGivenOnTheCommandLine() throws Exception {
        Path second = sized("second.img");
        try (Trapline trapline =
                Trapline.start(
                        "run",
                        "--backend",
                        "sim",
                        "--disk",
                        image + ",serial=true,withhold=packed;in_order",
                        "--disk",
                        second + ",readonly=true,slot=07.0")) {
            trapline.await("machine main: running on sim");
            trapline.type("vm:pci").await("00:00.0  hostbridge  8086:1237  060000");
            trapline.await("disk        1af4:1042  010000  memory");
            trapline.await("00:07.0  disk1       1af4:1042");
            trapline.type("device:settings disk")
                    .await("    serial                true")
                    .await("    withhold              packed,in_order");
            trapline.type("vm:pci nosuch").await("trapline: no machine nosuch");
            trapline.type("exit");

            assertEquals(0, trapline.status(), trapline::heard);
        }
    }

    @Test
    void growWhileTheMachineRuns() throws Exception {
        try (Trapline trapline =
                Trapline.start("run", "--backend", "sim", "--disk", image.toString())) {
            trapline.await("machine main: running on sim");
            trapline.type("device:set disk size=8M").await("    size                  8388608");
            trapline.await("disk: SERVING");
            trapline.type("device:inspect disk")
                    .await("capacity                0x0000000000004000");
            trapline.type("device:add devices.virtioblk.limits disk iops=1000")
                    .await("    iops                  1000");
            trapline.type("device:set disk iops=2K depth=64")
                    .await("    iops                  2048");
            trapline.type("device:set disk size=much")
                    .await("trapline: size=much, wanted a whole number, e.g. 512, 0x3F8 or 2G");
            trapline.type("device:set disk colour=red").await("trapline: unknown key: colour=red");
            trapline.type("exit");

            assertEquals(0, trapline.status(), trapline::heard);
            assertEquals(8 * MIB, Files.size(image));
        }
    }

    @Test
    void comeAndGoAtThePrompt() throws Exception {
        try (Trapline trapline =
                Trapline.start("run", "--backend", "sim", "--disk", image.toString())) {
            trapline.await("machine main: running on sim");
            trapline.type("device:add devices.virtioblk rival image=" + image)
                    .await(
                            "trapline: device rival is not added: image "
                                    + image
                                    + " is in use by another machine");
            trapline.type("device:remove rival").await("trapline: no device rival");
            trapline.type("device:add devices.virtioblk data image=null:1048576 slot=09.0")
                    .await("data: SERVING");
            trapline.type("device:add devices.virtioblk data image=null:1048576")
                    .await(
                            "trapline: machine main has devices.virtioblk data already: device:set"
                                    + " changes it, device:remove takes it away");
            trapline.type("vm:pci").await("00:09.0  data");
            trapline.type("device:eject data").await("ejected by an administrator");
            trapline.type("device:remove data").await("data: DETACHED");
            trapline.type("device:eject hostbridge").await("is the PCI bus of machine main");
            trapline.type("exit");

            assertEquals(0, trapline.status(), trapline::heard);
            assertFalse(trapline.heard().contains("Service factory"), trapline::heard);
        }
    }

    @Test
    void keepWhatTheyHadWhereASettingIsWrong() throws Exception {
        try (Trapline trapline =
                Trapline.start("run", "--backend", "sim", "--disk", image.toString())) {
            trapline.await("machine main: running on sim");
            trapline.type("device:set disk size=1000")
                    .await(
                            "trapline: device disk goes on as it was: size=1000, wanted 0, or a"
                                    + " multiple of 512 bytes");
            trapline.type("device:set disk slot=00.0")
                    .await(
                            "trapline: device disk has its old settings, and begins as at"
                                    + " power-on: the swap failed: ");
            trapline.type("device:set disk serial=ABC size=1000")
                    .await("device disk goes on as it was: size=1000");
            trapline.type("device:set disk queues=17")
                    .await("trapline: queues=17, wanted a number in its range");
            trapline.type("device:set disk queuesize=4G")
                    .await("trapline: queuesize=4G, wanted a number in its range");
            trapline.type("device:set disk").await("trapline: wanted KEY=VALUE; keys of disk: ");
            trapline.type("device:set disk withhold=packed,in_order")
                    .await("    withhold              packed,in_order");
            trapline.type("device:list | grep disk").await("disk        serving");
            trapline.type("device:inspect disk")
                    .await("capacity                0x0000000000002000");
            trapline.type("exit");

            assertEquals(0, trapline.status(), trapline::heard);
            assertEquals(4 * MIB, Files.size(image));
            assertFalse(trapline.heard().contains("no successor came"), trapline::heard);
            assertFalse(trapline.heard().contains("    serial "), trapline::heard);
        }
    }

    @Test
    void comeBackEachTime() throws Exception {
        try (Trapline trapline =
                Trapline.start("run", "--backend", "sim", "--disk", image.toString())) {
            trapline.await("machine main: running on sim");
            for (int i = 0; i < 10; i++) {
                trapline.type("device:set disk size=1000").type("device:set disk image=/none");
            }
            trapline.type("device:set disk size=8M").await("    size                  8388608");
            trapline.type("exit");

            assertEquals(0, trapline.status(), trapline::heard);
            String heard = trapline.heard();
            assertEquals(20, heard.split("disk goes on as it was: ", -1).length - 1, heard);
        }
    }

    @Test
    void canHaveTheNameOfOneThatWasRemoved() throws Exception {
        try (Trapline trapline =
                Trapline.start("run", "--backend", "sim", "--disk", image.toString())) {
            trapline.await("machine main: running on sim");
            for (int mib = 1; mib <= 8; mib++) {
                trapline.type("device:add devices.virtioblk data image=null:" + mib * MIB)
                        .await("    image                 null:" + mib * MIB);
                trapline.type("device:inspect data")
                        .await("capacity                0x%016x".formatted(mib * MIB / 512));
                trapline.type("device:remove data").type("device:settings data");
            }
            trapline.type("exit");

            assertEquals(0, trapline.status(), trapline::heard);
            String heard = trapline.heard();
            assertEquals(8, heard.split("trapline: no device data", -1).length - 1, heard);
            assertEquals(8, heard.split(": removed by an administrator", -1).length - 1, heard);
        }
    }

    @Test
    void areOfTheUsualMachineWhereNoneIsNamed() throws Exception {
        Path configuration = folder.resolve("machines.json");
        Files.writeString(
                configuration,
                """
                { "machine~main": { "backend": "sim" }, "machine~other": { "backend": "sim" },
                  "devices.virtioblk~data": { "machine": "", "image": "null:1048576" } }
                """);
        try (Trapline trapline = Trapline.start("run", "--config", configuration.toString())) {
            trapline.await("machine main: running on sim");
            trapline.type("device:list -m main | grep data").await("data        serving");
            trapline.type("device:settings data").await("    image                 null:1048576");
            trapline.type("device:settings -m other data")
                    .await("trapline: no device data with a configuration in machine other");
            trapline.type("exit");

            assertEquals(0, trapline.status(), trapline::heard);
        }
    }

    @Test
    void comeAndGoInAFolder() throws Exception {
        Path deploy = Files.createDirectory(folder.resolve("deploy"));
        try (Trapline trapline =
                Trapline.start("run", "--backend", "sim", "--deploy", deploy.toString())) {
            trapline.await("machine main: running on sim");
            Path settings = deploy.resolve("devices.virtioblk-data.cfg");
            Files.writeString(folder.resolve("cfg"), "image=" + image + "\n");
            Files.move(folder.resolve("cfg"), settings);
            trapline.await("data: SERVING");
            Files.delete(settings);
            trapline.await("data: DETACHED");
            trapline.type("exit");

            assertEquals(0, trapline.status(), trapline::heard);
        }
    }
}
