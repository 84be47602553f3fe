package io.trapline.chardev.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A break on a line of the host: when it begins and when it ends. */
class BreakPulseTest {
    private final List<Boolean> line = new ArrayList<>();
    private final BreakPulse pulse = new BreakPulse(line::add);

    @Test
    void lastsFromTheAskingToTheEnd() {
        pulse.ask(true, 0);
        assertFalse(pulse.tend(10, true));
        assertEquals(List.of(true), line);
        assertFalse(pulse.tend(1000, true));

        pulse.ask(false, 2000);
        assertTrue(pulse.late());
        assertFalse(pulse.tend(2010, true));
        assertEquals(List.of(true, false), line);
        assertFalse(pulse.late());
    }

    @Test
    void waitsForWhatWasSentBefore() {
        pulse.ask(true, 0);
        assertTrue(pulse.tend(10, false));
        assertEquals(List.of(), line);
        assertFalse(pulse.tend(20, true));

        assertEquals(List.of(true), line);
    }

    /** One that is over before it could begin is as long as it was, and what follows waits for it. */
    @Test
    void isMadeUpFor() {
        pulse.ask(true, 100);
        assertTrue(pulse.tend(150, false));
        pulse.ask(false, 350);
        assertTrue(pulse.late());
        assertTrue(pulse.tend(400, false));
        assertTrue(pulse.tend(1000, true));
        assertEquals(List.of(true), line);

        assertTrue(pulse.tend(1249, true));
        assertEquals(List.of(true), line);
        assertTrue(pulse.late());
        assertFalse(pulse.tend(1250, true));
        assertEquals(List.of(true, false), line);
        assertFalse(pulse.late());
    }

    @Test
    void isNothingIfNobodyAsks() {
        assertFalse(pulse.tend(1, true));
        pulse.ask(false, 2);
        assertFalse(pulse.late());
        assertFalse(pulse.tend(3, true));

        assertEquals(List.of(), line);
    }
}
