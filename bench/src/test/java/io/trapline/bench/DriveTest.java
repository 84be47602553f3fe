package io.trapline.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapline.bench.Drive.Load;
import io.trapline.bench.Drive.Run;
import io.trapline.bench.Drive.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same guest drives our disk and QEMU's to its end, over both transports and with each load. */
class DriveTest {
    private static final int DEPTH = 4;
    private static final int SECTORS = 8;
    private static final int COUNT = 20;
    private static final int BATCHES = 3;

    /** So many at once, and so many of them, that the host's timer counts for little. */
    private static final int DEEP = 32, MANY = 6400;

    private static final int MOST_EXITS = 4;

    @TempDir static Path folder;

    private static Drive drive(Transport transport, Load load) {
        return new Drive(transport, load, DEPTH, SECTORS, COUNT, BATCHES);
    }

    private static void require(String missing) {
        if (missing != null) {
            if ("true".equals(System.getenv("TRAPLINE_REQUIRE_ALL"))) {
                fail(missing);
            }
            System.err.println("NO DISK IS DRIVEN: " + missing);
            assumeTrue(false, missing);
        }
    }

    private static void check(Run run) {
        assertEquals(BATCHES, run.cycles().length);
        assertTrue(Arrays.stream(run.cycles()).allMatch(c -> c > 0), () -> run.toString());
        assertTrue(run.doorbells() <= 1, () -> run.doorbells() + " doorbells a request");
    }

    private static OurDisk ours() throws IOException {
        require(OurDisk.missing());
        return new OurDisk(folder, DiskImage.in(folder));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void ours(Transport transport) throws IOException, InterruptedException {
        OurDisk ours = ours();
        for (Load load : Load.values()) {
            check(ours.run(drive(transport, load)));
            assertTrue(ours.cyclesPerNano() > 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theYardstick(Transport transport) throws IOException, InterruptedException {
        require(OurDisk.missing()); // no KVM
        require(QemuDisk.missing());
        QemuDisk theirs = new QemuDisk(folder, DiskImage.in(folder));
        for (Load load : Load.values()) {
            check(theirs.run(drive(transport, load)));
        }
    }

    /**
     * VIRTIO 1.2, §2.7.10: with event indices a driver rings once for all that it has made available. The figure
     * blk-exits has the number; here a busy host may add to it, and without event indices it would be 32.
     */
    @ParameterizedTest
    @EnumSource(Transport.class)
    void leavesTheGuestSeldomForABatch(Transport transport)
            throws IOException, InterruptedException {
        OurDisk ours = ours();
        Drive drive = new Drive(transport, Load.RANDOM_READ, DEEP, SECTORS, MANY, BATCHES);
        ours.run(drive); // for the compiler
        ours.run(drive);
        assumeTrue(!Double.isNaN(ours.exits()), Marks.UNCOUNTED);
        assertTrue(ours.exits() * DEEP <= MOST_EXITS, () -> ours.exits() * DEEP + " for " + DEEP);
    }

    @Test
    void whatTheGuestPrintsIsRead() throws IOException {
        Run run =
                drive(Transport.PCI, Load.RANDOM_READ)
                        .parse(
                                """
                                batch 0 cycles 0000000000000014 doorbells 20 errors 0
                                batch 1 cycles 0000000000000028 doorbells 10 errors 0
                                batch 2 cycles 000000000000003c doorbells 0 errors 0
                                disk: done
                                """);
        assertEquals("[1.0, 2.0, 3.0]", Arrays.toString(run.cycles()));
        assertEquals(0.5, run.doorbells());
    }

    @Test
    void aRequestThatFailsOrABatchThatIsMissingIsNoRun() {
        Drive drive = new Drive(Transport.PCI, Load.RANDOM_READ, DEPTH, SECTORS, COUNT, 1);
        for (String output :
                new String[] {
                    "batch 0 cycles 0000000000000014 doorbells 2 errors 1\ndisk: done\n",
                    "batch 0 cycles 0000000000000014 doorbells 2 errors 0\n",
                    "disk: done\n"
                }) {
            assertThrows(IOException.class, () -> drive.parse(output), output);
        }
    }
}
