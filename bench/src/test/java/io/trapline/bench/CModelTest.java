package io.trapline.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What {@code hsm_model bench} prints, a line a kind of access. */
class CModelTest {
    private static final String PRINTED =
            """
            notify  pio r 0x3f8 4 expect=inc   ok n=500 vcpus=1 errors=0 mismatches=0 ns=1 rate=25000/s mean=9 p50=36000 p90=7
            polling pio r 0x3f8 4 expect=inc   ok n=500 vcpus=1 errors=0 mismatches=0 ns=1 rate=50000/s mean=9 p50=18000 p90=7
            polling pio r 0x3f8 4 vcpus=0x3    err n=3
            """;

    @Test
    void aKindsLineIsFound() throws IOException {
        assertEquals(new AcrnTurn(18_000, 20_000), CModel.parse(PRINTED, AcrnLoad.POLLING.inBench));
    }

    @Test
    void oneThatIsMissingOrFailedIsAnError() {
        assertThrows(IOException.class, () -> CModel.parse(PRINTED, AcrnLoad.DOORBELL.inBench));
        assertThrows(
                IOException.class, () -> CModel.parse(PRINTED, "polling pio r 0x3f8 4 vcpus=0x3"));
    }
}
