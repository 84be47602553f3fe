package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** When a doorbell's thread watches for more, and how long. */
class VigilTest {
    private static final long SOON = 60_000;
    private static final long LATE = 1_000_000;
    private static final long MOST = 50_000;

    private long now = 17;
    private final Vigil vigil = new Vigil(() -> now, 2);

    private boolean ringAfter(long nanos) {
        now += nanos;
        return vigil.begin();
    }

    /** A whole watch in which nothing comes. */
    private void inVain() {
        now += MOST;
        assertFalse(vigil.goesOn());
        vigil.end();
    }

    @Test
    void watchesOnceAGuestRingsOftenEnough() {
        assertFalse(ringAfter(0), "the first");
        assertFalse(ringAfter(LATE));
        assertTrue(ringAfter(SOON));
    }

    @Test
    void watchesOnFromWhatCameLast() {
        ringAfter(0);
        ringAfter(SOON);
        now += MOST - 1;
        assertTrue(vigil.goesOn());
        vigil.seen();
        now += MOST - 1;
        assertTrue(vigil.goesOn());
        now++;
        assertFalse(vigil.goesOn());
    }

    @Test
    void leavesItForAWhileWhenNothingEverComes() {
        ringAfter(0);
        for (int i = 0; i < 8; i++) {
            assertTrue(ringAfter(SOON));
            inVain();
        }
        int left = 0;
        while (!ringAfter(SOON)) {
            left++;
        }
        assertEquals(200, left);
    }

    @Test
    void goesOnWhileSomethingComesNowAndThen() {
        ringAfter(0);
        for (int i = 0; i < 100; i++) {
            assertTrue(ringAfter(SOON));
            if (i % 8 == 0) {
                vigil.seen();
            }
            inVain();
        }
    }

    /** The guest could do nothing meanwhile. */
    @Test
    void neverTakesTheOnlyProcessor() {
        Vigil alone = new Vigil(() -> now, 1);
        assertFalse(alone.begin());
        assertFalse(alone.begin());
    }
}
