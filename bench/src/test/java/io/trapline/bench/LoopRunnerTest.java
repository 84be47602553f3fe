package io.trapline.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same guest runs to its end under all of the virtual machine monitors that are compared. */
class LoopRunnerTest {
    private static final int COUNT = 50;
    private static final int BATCHES = 3;

    @TempDir Path folder;

    private static void require(LoopRunner vmm) {
        String missing = vmm.missing();
        if (missing != null) {
            if ("true".equals(System.getenv("TRAPLINE_REQUIRE_ALL"))) {
                fail(vmm.name() + ": " + missing);
            }
            System.err.println("NOT RUN: " + vmm.name() + ": " + missing);
            assumeTrue(false, missing);
        }
    }

    private static void run(LoopRunner vmm, int kind) throws IOException, InterruptedException {
        double[] cycles = vmm.cycles(new Loops(kind, COUNT, BATCHES));
        assertEquals(BATCHES, cycles.length);
        assertTrue(Arrays.stream(cycles).allMatch(c -> c > 0), () -> Arrays.toString(cycles));
    }

    @ParameterizedTest
    @ValueSource(ints = {Loops.PORT_READ, Loops.MEMORY_READ, Loops.PAIR})
    void ours(int kind) throws IOException, InterruptedException {
        OurVmm ours = new OurVmm(folder, false);
        require(ours);
        run(ours, kind);
        assertTrue(ours.cyclesPerNano() > 0);
    }

    @Test
    void theClocksPostedIndexSavesAnExitOfEachPair() throws IOException, InterruptedException {
        OurVmm posted = new OurVmm(folder, true);
        OurVmm plain = new OurVmm(folder, false);
        require(posted);
        run(posted, Loops.PAIR);
        run(plain, Loops.PAIR);
        assumeTrue(!Double.isNaN(posted.exits()), "this kernel does not count exits");
        // Besides the guest's there are those of the host's timer: a few, wherever they fall.
        assertTrue(posted.exits() >= 1 && posted.exits() < 1.5, () -> "" + posted.exits());
        assertTrue(plain.exits() >= 2 && plain.exits() < 2.5, () -> "" + plain.exits());
    }

    @Test
    void theYardstickInC() throws IOException, InterruptedException {
        MinVmm floor = new MinVmm(folder);
        require(new OurVmm(folder, false));
        require(floor);
        run(floor, Loops.PORT_READ);
    }

    @Test
    void qemuOnKvm() throws IOException, InterruptedException {
        Qemu qemu = Qemu.kvm(folder);
        require(new OurVmm(folder, false));
        require(qemu);
        run(qemu, Loops.PORT_READ);
    }

    @Test
    void qemuWithoutKvm() throws IOException, InterruptedException {
        Qemu qemu = Qemu.tcg(folder);
        require(qemu);
        run(qemu, Loops.PORT_READ);
    }
}
