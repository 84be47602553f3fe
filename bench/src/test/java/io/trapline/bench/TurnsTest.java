package io.trapline.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rounds are interleaved and paired. */
class TurnsTest {
    private final List<String> order = new ArrayList<>();

    private double took(String who) {
        order.add(who);
        return order.size();
    }

    @Test
    void whoBeginsChangesFromRoundToRound() throws IOException, InterruptedException {
        List<String> progress = new ArrayList<>();
        Comparison found =
                Turns.play(3, () -> took("ours"), () -> took("theirs"), progress::add)
                        .compared("a", "ns", "b");

        assertEquals(List.of("ours", "theirs", "theirs", "ours", "ours", "theirs"), order);
        assertArrayEquals(new double[] {1, 4, 5}, found.ours());
        assertArrayEquals(new double[] {2, 3, 6}, found.theirs());
        assertEquals(3, progress.size());
    }
}
