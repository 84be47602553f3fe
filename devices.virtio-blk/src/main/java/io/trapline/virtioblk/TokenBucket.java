package io.trapline.virtioblk;

/**
 * Tokens come at a rate and are kept up to a burst. Whoever comes while one is there may take as many as he needs, and
 * the next waits until the debt is paid: so one who needs more than fit is served, too, and over time nobody gets more
 * than the rate. Exact: what is left of a division counts the next time.
 */
final class TokenBucket {
    private static final long SECOND = 1_000_000_000L;
    private static final long AGES = 1_000_000_000L; // seconds; nobody waits longer

    private final long rate; // a second; 0: no limit
    private final long burst;
    private long level;
    private long rest; // of a token, in parts of 1 / SECOND
    private long last; // when it was filled, nanoseconds

    /**
     * A full one.
     *
     * @param rate tokens a second, up to 2^33; 0: there is always one
     * @param burst how many are kept; 0: a second's worth
     */
    TokenBucket(long rate, long burst, long now) {
        this.rate = rate;
        this.burst = burst == 0 ? Math.max(rate, 1) : burst;
        level = this.burst;
        last = now;
    }

    /** Nothing is there, and no debt. */
    void drain(long now) {
        level = 0;
        rest = 0;
        last = now;
    }

    private void fill(long now) {
        long seconds = (now - last) / SECOND;
        long nanos = (now - last) % SECOND;
        last = now;
        if (seconds > 0 && seconds > (burst - level) / rate) {
            level = burst;
            rest = 0;
            return;
        }
        long parts = nanos * rate + rest; // below 2^33 * 10^9 + 10^9 < 2^63
        level += seconds * rate + parts / SECOND;
        rest = parts % SECOND;
        if (level >= burst) {
            level = burst;
            rest = 0;
        }
    }

    /** How long until there is a token, nanoseconds; 0: there is one. */
    long due(long now) {
        if (rate == 0) {
            return 0;
        }
        fill(now);
        if (level > 0) {
            return 0;
        }
        long missing = 1 - level;
        long parts = missing % rate * SECOND - rest;
        return Math.min(missing / rate, AGES) * SECOND - Math.floorDiv(-parts, rate); // rounded up
    }

    void take(long tokens) {
        if (rate != 0) {
            level -= tokens;
        }
    }

    /** What is there; less than 0: a debt. */
    long level() {
        return level;
    }
}
