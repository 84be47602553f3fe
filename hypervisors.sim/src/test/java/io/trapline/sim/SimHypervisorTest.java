package io.trapline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.ScriptedGuest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options are refused with the names that there are. */
class SimHypervisorTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "colour=red; machine t: unknown option colour, known: deterministic, guest, polling, seed",
                "polling=yes; machine t: polling=yes, wanted true or false",
                "seed=odd; machine t: seed=odd, wanted a number",
                "guest=nobody; machine t: unknown guest nobody, known: monitor, test",
            })
    void refuses(String option, String message) {
        Throwable refusal =
                assertThrows(
                        IllegalArgumentException.class, () -> new TestCore(cpu -> {}, 1, option));

        assertEquals(message, refusal.getMessage());
    }

    @Test
    void isReadyWhereverThereIsATemporaryFolder() {
        Readiness readiness = new SimHypervisor(Map.of()).probe();

        assertTrue(readiness.ready(), readiness::summary);
        assertEquals("monitor", readiness.findings().get(1).detail());
    }

    @Test
    void theComponentKnowsTheGuestsThatComeAndGo() {
        SimComponent component = new SimComponent();
        ScriptedGuest guest = cpu -> {};
        component.addGuest(guest, Map.of(ScriptedGuest.NAME, "visitor"));
        assertEquals("monitor, visitor", component.probe().findings().get(1).detail());
        component.removeGuest(guest, Map.of(ScriptedGuest.NAME, "visitor"));

        assertEquals("monitor", component.probe().findings().get(1).detail());
        assertEquals("sim", component.name());
    }
}
