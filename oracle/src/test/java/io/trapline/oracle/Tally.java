package io.trapline.oracle;

import java.util.Map;
import java.util.TreeMap;

/** Moments at which both were compared while time went on, and what was seen at them. */
final class Tally {
    private final Pace pace;
    private final Map<String, Integer> seen = new TreeMap<>();
    private int moments;
    private int late;
    private long latest;

    Tally(Pace pace) {
        this.pace = pace;
    }

    /** Both agree at a moment, at first sight or not. */
    void compared(boolean again) {
        moments++;
        late += again ? 1 : 0;
    }

    /**
     * They do not agree yet.
     *
     * @param after nanoseconds since they first did not
     * @return whether a timer of QEMU's may still be about to come
     */
    boolean excuses(long after) {
        latest = Math.max(latest, after);
        return after <= pace.late;
    }

    void saw(String what, int bits) {
        seen.merge(what, bits == 0 ? 0 : 1, Integer::sum);
    }

    /** How late QEMU's timers may be. */
    long allowed() {
        return pace.late;
    }

    /** The shortest period of a periodic interrupt, nanoseconds. */
    long shortestPeriod() {
        return pace.shortestPeriod;
    }

    int moments() {
        return moments;
    }

    int late() {
        return late;
    }

    int of(String what) {
        return seen.getOrDefault(what, 0);
    }

    @Override
    public String toString() {
        return String.format(
                "%d moments, %d of them looked at again, QEMU up to %d us late; seen %s",
                moments, late, latest / 1000, seen);
    }
}
