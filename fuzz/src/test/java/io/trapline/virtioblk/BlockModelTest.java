package io.trapline.virtioblk;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A virtio disk against an array of bytes: requests in flight on two queues, ended in any order, notified late or never
 * again; resets of the device and of a queue; successors, on longer and shorter disks; a host that fails. Statuses, data
 * and lengths are the model's, nothing that was acknowledged is lost, and what was written through is stable.
 */
class BlockModelTest {
    private static final int STEPS = 700;

    @ParameterizedTest(name = "pci={0} seed {1}")
    @CsvSource({
        "false, 1", "false, 2", "false, 3", "false, 4", "false, 5", "false, 6", "false, 7",
                "false, 8",
        "true, 11", "true, 12", "true, 13", "true, 14", "true, 15", "true, 16", "true, 17",
                "true, 18"
    })
    void isTheDiskOfTheModel(boolean pci, long seed) throws Exception {
        BlockModel model = new BlockModel(pci, seed);
        try {
            for (int step = 0; step < STEPS; step++) {
                model.step();
            }
            model.finish();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("pci=" + pci + " seed " + seed + model.history(), e);
        }
    }
}
