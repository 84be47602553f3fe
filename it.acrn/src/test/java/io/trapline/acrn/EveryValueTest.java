package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.ioreq.CoreMachine;
import io.trapline.machine.DeviceRow;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A random guest of four vCPUs on the core and the ACRN backend: every value, of a million accesses by default. */
@OnRig
class EveryValueTest {
    private static final long ACCESSES = Long.getLong("rig.accesses", 1_000_000);
    private static final long SEED = Long.getLong("rig.seed", 1);
    private static final int VCPUS = 4;
    private static final int RAM = 16 << 20;

    @ParameterizedTest(name = "polling {0}")
    @CsvSource({"false, 1", "true, 50"})
    void isTheExpectedOne(boolean polling, int share) throws Exception {
        AddressPlan plan = new AddressPlan() {};
        Map<String, String> options = Map.of("polling", Boolean.toString(polling));
        try (CoreMachine machine =
                new CoreMachine("million", new AcrnHypervisor(), VCPUS, RAM, options)) {
            for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
                machine.plug("playground" + vcpu, new PlaygroundDevice(plan, vcpu));
            }
            machine.start();

            RandomGuest.Result result = new RandomGuest(plan, 0, VCPUS, SEED).run(ACCESSES / share);

            System.out.println("the core, polling " + polling + ": " + result);
            assertTrue(result.accesses() >= ACCESSES / share);
            assertEquals(0, machine.seen().devices().stream().mapToLong(DeviceRow::faults).sum());
        }
    }
}
