package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tokens come at a rate, to the nanosecond. */
class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void hasABurstAndThenTheRate() {
        TokenBucket bucket = new TokenBucket(3, 2, 0);
        assertEquals(0, bucket.due(0));
        bucket.take(1);
        assertEquals(0, bucket.due(0));
        bucket.take(1);
        assertEquals(333_333_334, bucket.due(0), "a third of a second, rounded up");
        assertEquals(1, bucket.due(333_333_333));
        assertEquals(0, bucket.due(333_333_334));
        bucket.take(1);
        assertEquals(333_333_333, bucket.due(333_333_334), "what was rounded comes back");
        assertEquals(0, bucket.due(100 * SECOND));
        assertEquals(2, bucket.level(), "no more than the burst");
    }

    @Test
    void lendsToWhoNeedsMoreThanFits() {
        TokenBucket bucket = new TokenBucket(1000, 10, 0);
        bucket.take(5010);
        assertEquals(-5000, bucket.level());
        assertEquals(5 * SECOND + SECOND / 1000, bucket.due(0));
        assertEquals(0, bucket.due(5 * SECOND + SECOND / 1000));
    }

    @Test
    void keepsASecondsWorthIfNothingElseIsSaid() {
        assertEquals(700, new TokenBucket(700, 0, 0).level());
    }

    @Test
    void isExactOverTime() {
        long rate = 8_589_934_592L; // the most there may be
        TokenBucket bucket = new TokenBucket(rate, 100, 5);
        Random random = new Random(1);
        long now = 5;
        long taken = 0;
        for (int i = 0; i < 10_000; i++) {
            now += bucket.due(now);
            assertEquals(0, bucket.due(now));
            long tokens = 1L + random.nextInt(1 << 20);
            bucket.take(tokens);
            taken += tokens;
        }
        now += bucket.due(now);
        double seconds = (now - 5) / 1e9;
        assertTrue(Math.abs(taken / seconds / rate - 1) < 1e-6, taken + " in " + seconds);
    }

    @Test
    void standsYearsAndHugeDebts() {
        TokenBucket bucket = new TokenBucket(8_589_934_592L, 8_589_934_592L, 0);
        assertEquals(0, bucket.due(Long.MAX_VALUE / 2));
        assertEquals(8_589_934_592L, bucket.level());
        bucket.take(32L << 31);
        assertTrue(bucket.due(Long.MAX_VALUE / 2) > 6 * SECOND);
        TokenBucket slow = new TokenBucket(1, 1, 0);
        slow.take(32L << 31);
        assertEquals(1_000_000_000L * SECOND, slow.due(0), "31 years");
    }

    @Test
    void hasNoLimitWithoutARate() {
        TokenBucket bucket = new TokenBucket(0, 0, 0);
        bucket.take(1L << 40);
        assertEquals(0, bucket.due(0));
    }
}
