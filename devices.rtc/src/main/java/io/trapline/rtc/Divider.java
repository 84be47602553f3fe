package io.trapline.rtc;

/**
 * The divider chain on a crystal of 32 768 Hz: what of it the clock sees, as one number that is brought up to date
 * when somebody asks. All is counted in whole periods of the crystal from a whole second on, so nothing drifts: a
 * period is 1 953 125 / 64 ns.
 */
final class Divider {
    static final long SECOND = 1_000_000_000;

    /** "When the divider reset is removed, the first update cycle begins one-half second later." */
    static final long PHASE_OF_RESET = SECOND / 2;

    private static final long HERTZ = 32_768;
    private static final long NANOS_NUMERATOR = 1_953_125;
    private static final long NANOS_DENOMINATOR = 64;
    private static final long UPDATE_WARNING = 8; // periods; table 6, tBUC: 244 us
    private static final int LAST_TIME_BASE = 2; // table 4: 000 to 010
    private static final int FIRST_RESET = 6; // table 4: 110 and 111

    private boolean running;
    private int period; // of the periodic interrupt, periods of the crystal; 0: none
    private long now; // machine time up to which all is counted
    private long phase; // since the last update, ns
    private long
            edge; // the last of the periodic interrupt, periods of the crystal after the update

    private long updates;
    private long edges;

    /**
     * Table 5 at 32.768 kHz: periods of the crystal between two periodic interrupts; 0: none.
     *
     * @param rs RS3 to RS0
     */
    static int period(int rs) {
        if (rs == 0) {
            return 0;
        }
        return 1 << (rs <= 2 ? rs + 6 : rs - 1); // rates 1 and 2 are those of 8 and 9
    }

    /** Table 4, but a PC has one crystal: all three time bases count it. 011 to 101 are Motorola's: it rests. */
    static boolean runs(int dv) {
        return dv <= LAST_TIME_BASE;
    }

    /** The power comes: the clock is so far into its second. */
    void start(long at, long intoTheSecond) {
        now = at;
        phase = intoTheSecond;
        period = 0;
        edge = 0;
    }

    void restore(long at, long intoTheSecond, long lastEdge) {
        now = at;
        phase = intoTheSecond;
        edge = lastEdge;
    }

    /** Restores the selection, and nothing else. */
    void selected(int dv, int rs) {
        running = runs(dv);
        period = period(rs);
    }

    /**
     * Selects a time base and a rate; count first. A running chain goes on as it was. Another rate counts from the
     * last interrupt of the one before it, so that the first interval has the right length too.
     */
    void select(int dv, int rs) {
        boolean reset = dv >= FIRST_RESET;
        if (reset) {
            phase = PHASE_OF_RESET;
        }
        int next = period(rs);
        long chain = crystal(phase);
        if (next == 0) {
            edge = 0;
        } else if (reset || period == 0) {
            edge = chain;
        } else {
            edge = chain - (chain - edge) % next;
        }
        selected(dv, rs);
    }

    /** Counts up to a moment; what was passed is in {@link #updates} and {@link #edges}. */
    void count(long until) {
        updates = 0;
        edges = 0;
        if (until <= now) {
            return;
        }
        if (running) {
            long total = phase + (until - now);
            updates = total / SECOND;
            phase = total % SECOND;
            if (period != 0) {
                edges = (crystal(total) - edge) / period;
                edge += edges * period - updates * HERTZ;
            }
        }
        now = until;
    }

    /** Seconds that ended in the last count. */
    long updates() {
        return updates;
    }

    /** Edges of the selected tap in the last count. */
    long edges() {
        return edges;
    }

    boolean running() {
        return running;
    }

    boolean periodic() {
        return running && period != 0;
    }

    /** Periodic interrupts a second; only while there are any. */
    long rate() {
        return HERTZ / period;
    }

    /** Table 6: an update comes within 244 us, 244 140 whole nanoseconds. */
    boolean updateIsNear() {
        return running && (SECOND - phase) * HERTZ <= UPDATE_WARNING * SECOND;
    }

    /** Machine time of an update to come, the next one being 1. */
    long update(long number) {
        return now - phase + number * SECOND;
    }

    /** Machine time of the next edge of the selected tap: the first nanosecond that has seen it. */
    long nextEdge() {
        long next = edge + period;
        long ofSecond = next % HERTZ * NANOS_NUMERATOR;
        return now
                - phase
                + next / HERTZ * SECOND
                + (ofSecond + NANOS_DENOMINATOR - 1) / NANOS_DENOMINATOR;
    }

    long now() {
        return now;
    }

    long phase() {
        return phase;
    }

    long edge() {
        return edge;
    }

    /** Whole periods of the crystal in so many nanoseconds. */
    static long crystal(long nanos) {
        return nanos / SECOND * HERTZ + nanos % SECOND * NANOS_DENOMINATOR / NANOS_NUMERATOR;
    }
}
