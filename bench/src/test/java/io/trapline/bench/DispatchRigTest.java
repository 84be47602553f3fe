package io.trapline.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.IoRequestSlot;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The request path allocates nothing, and the rig measures what it says. */
class DispatchRigTest {
    private static final int WARM_UP = 200_000;
    private static final int COUNTED = 200_000;

    /** PC16550D, table III: after a reset, THRE and TEMT are set. */
    private static final int IDLE = 0x60;

    @ParameterizedTest
    @ValueSource(ints = {IoRequestSlot.PORTIO, IoRequestSlot.MMIO})
    void anAccessAllocatesNothing(int type) throws IOException {
        try (DispatchRig rig = new DispatchRig(type, 64, Order.RANDOM)) {
            rig.framework(WARM_UP);
            double bytes = DispatchFigure.allocated(rig, COUNTED);
            assertTrue(bytes < 1, () -> bytes + " bytes an access");
        }
    }

    @Test
    void theFirstPortClaimIsTheLineStatusOfTheUart() throws IOException {
        try (DispatchRig rig = new DispatchRig(IoRequestSlot.PORTIO, 64, Order.FIRST)) {
            assertEquals(10 * IDLE, rig.framework(10));
            assertEquals(10 * IDLE, rig.bare(10));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 1024})
    void manyClaimsAnswerAlikeEitherWay(int claims) throws IOException {
        try (DispatchRig ports = new DispatchRig(IoRequestSlot.PORTIO, claims, Order.RANDOM);
                DispatchRig memory = new DispatchRig(IoRequestSlot.MMIO, claims, Order.RANDOM)) {
            assertEquals(ports.bare(DispatchRig.CYCLE), ports.framework(DispatchRig.CYCLE));
            assertEquals(memory.bare(DispatchRig.CYCLE), memory.framework(DispatchRig.CYCLE));
        }
    }
}
