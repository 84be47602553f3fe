package io.trapline.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.trapline.device.Timers.Timer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Time in the test's hands. */
class ManualTimersTest {
    private final ManualTimers time = new ManualTimers();
    private final List<String> expired = new ArrayList<>();

    private Timer timer(String name) {
        return time.timer(() -> expired.add(name + "@" + time.now()));
    }

    @Test
    void runsTimersInTheOrderOfTheirDeadlines() {
        Timer a = timer("a");
        Timer b = timer("b");
        Timer c = timer("c");
        c.at(10);
        a.at(20);
        b.at(10);

        time.advance(19);
        assertEquals(List.of("c@10", "b@10"), expired);
        assertEquals(1, time.armed());
        assertEquals(20, time.deadline());
        time.advance(1);

        assertEquals(List.of("c@10", "b@10", "a@20"), expired);
        assertEquals(3, time.expired());
        assertEquals(3, time.count());
        assertThrows(IllegalStateException.class, time::deadline);
    }

    @Test
    void runsThoseThatAreArmedOnTheWay() {
        Timer[] tick = new Timer[1];
        tick[0] =
                time.timer(
                        () -> {
                            expired.add("tick@" + time.now());
                            tick[0].at(time.now() + 3);
                        });
        tick[0].at(3);

        time.advance(10);

        assertEquals(List.of("tick@3", "tick@6", "tick@9"), expired);
    }

    @Test
    void jumpsAheadOfItsTimers() {
        timer("a").at(5);

        time.jump(8);
        assertEquals(List.of(), expired);
        time.advance(0);

        assertEquals(List.of("a@8"), expired);
    }

    @Test
    void forgetsATimerThatIsCancelled() {
        Timer a = timer("a");
        a.at(5);
        time.jump(8);
        a.cancel();
        time.advance(10);
        assertEquals(List.of(), expired);
    }

    @Test
    void doesNotGoBack() {
        time.jump(1);
        assertThrows(IllegalArgumentException.class, () -> time.advance(-1));
        assertThrows(IllegalArgumentException.class, () -> time.jump(Long.MAX_VALUE));
    }

    @Test
    void saysThatATimerNeverEnds() {
        Timer[] tick = new Timer[1];
        tick[0] = time.timer(() -> tick[0].at(time.now()));
        tick[0].at(0);
        assertThrows(AssertionError.class, () -> time.advance(1));
    }
}
