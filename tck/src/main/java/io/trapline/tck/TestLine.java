package io.trapline.tck;

import io.trapline.device.InterruptLine;
import io.trapline.device.Timers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** An interrupt line, lowered at first, that keeps what happened to it. One thread. */
public final class TestLine implements InterruptLine {
    /** Changes that are kept; older ones are forgotten. */
    public static final int KEPT = 1024;

    /**
     * A change of level.
     *
     * @param nanos machine time
     * @param raised the level from then on
     */
    public record Change(long nanos, boolean raised) {}

    private final int gsi;
    private final Timers time;
    private final Deque<Change> history = new ArrayDeque<>();
    private boolean raised;
    private long edges;

    /**
     * A line of no board.
     *
     * @param gsi global system interrupt
     * @param time whose now is noted with each change
     */
    public TestLine(int gsi, Timers time) {
        this.gsi = gsi;
        this.time = time;
    }

    @Override
    public int gsi() {
        return gsi;
    }

    @Override
    public boolean raised() {
        return raised;
    }

    @Override
    public void set(boolean high) {
        if (high == raised) {
            return;
        }
        raised = high;
        edges += high ? 1 : 0;
        if (history.size() == KEPT) {
            history.removeFirst();
        }
        history.addLast(new Change(time.now(), high));
    }

    /** How often it rose: what an edge-triggered interrupt controller sees. */
    public long edges() {
        return edges;
    }

    /** The last {@value #KEPT} changes, oldest first; empty: it was never raised. */
    public List<Change> history() {
        return List.copyOf(history);
    }
}
