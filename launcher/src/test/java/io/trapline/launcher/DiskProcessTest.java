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
                        image + ",serial=ABC",
                        "--disk",
                        second + ",readonly=true,slot=07.0")) {
            trapline.await("machine main: running on sim");
            trapline.type("vm:pci").await("00:00.0  hostbridge  8086:1237  060000");
            trapline.await("disk        1af4:1042  010000  memory");
            trapline.await("00:07.0  disk1       1af4:1042");
            trapline.type("device:settings disk").await("    serial                ABC");
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
                    .await("image " + image + " is in use by another machine");
            trapline.type("device:remove rival").await("rival");
            trapline.type("device:add devices.virtioblk data image=null:1048576 slot=09.0")
                    .await("data: SERVING");
            trapline.type("device:add devices.virtioblk data image=null:1048576")
                    .await("trapline: machine main has a device data already");
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
