package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ADR 10: who performs a request, by what the last ones have waited for. */
class HostSpeedTest {
    private final HostSpeed speed = new HostSpeed(() -> 0);

    /** How many are performed at once, one after the other, until one is for a worker; at most so many. */
    private int atOnce(int most, long nanos, long bytes) {
        int count = 0;
        while (count < most && speed.left() == 0) {
            assertTrue(speed.takeNext());
            speed.note(nanos, bytes);
            count++;
        }
        return count;
    }

    private int toWorkers() {
        int count = 0;
        while (!speed.takeNext()) {
            count++;
        }
        speed.note(0, 0); // the trial, of a host that was quick
        return count;
    }

    @ParameterizedTest(name = "{0} ns for {1} bytes, again and again: {2} at once")
    @CsvSource({
        "0, 512, 5000",
        "29999, 0, 5000",
        "30127, 512, 5000",
        "62000, 131072, 5000", // a nanosecond for 4 bytes is the copying
        "95000, 262144, 5000",
        "33000, 0, 18",
        "46000, 0, 8",
        "119000, 0, 3",
        "120000, 0, 3",
        "200000000, 512, 3", // one counts as four times the limit at most
    })
    void performsAtOnceWhatWaitsBelowThirtyMicroseconds(long nanos, long bytes, int count) {
        assertEquals(count, atOnce(5000, nanos, bytes));
    }

    @ParameterizedTest(name = "usually {0} ns, then {1} of a second: goes on at once = {2}")
    @CsvSource({
        "0, 1, true",
        "0, 2, true",
        "0, 3, false",
        "10000, 1, true",
        "15000, 1, true",
        "10000, 2, false",
        "25000, 1, false",
    })
    void isNotChangedByAThreadThatWasPreempted(long usual, int seconds, boolean goesOn) {
        assertEquals(500, atOnce(500, usual, 0));
        atOnce(seconds, 1_000_000_000L, 0);
        assertEquals(goesOn, speed.takeNext());
    }

    @Test
    void triesASlowHostLessAndLessOften() {
        for (int pause : new int[] {64, 128, 256, 512, 1024, 2048, 4096, 8192, 8192, 8192}) {
            assertEquals(3, atOnce(100, 5_000_000, 4096), "a trial");
            assertEquals(pause, speed.left());
            for (int i = 0; i < pause; i++) {
                assertTrue(!speed.takeNext(), "request " + i + " of " + pause);
            }
        }
    }

    /** Nothing else is needed, whatever is with workers: the state that the last trial found lasts. */
    @Test
    void findsAQuickHostAgain() {
        atOnce(3, 5_000_000, 0);
        assertEquals(64, toWorkers());
        assertEquals(10_000, atOnce(10_000, 20_000, 0));
    }

    @ParameterizedTest(name = "slow three times, {0} at once, slow: {1} to workers")
    @CsvSource({"0, 512", "100, 512", "252, 512", "253, 64", "5000, 64"})
    void forgetsSlownessAfterAGoodRun(int good, int pause) {
        for (int i = 0; i < 3; i++) {
            atOnce(100, 5_000_000, 0);
            toWorkers();
        }
        atOnce(good, 1_000, 0);
        atOnce(100, 5_000_000, 0);
        assertEquals(pause, speed.left());
    }
}
