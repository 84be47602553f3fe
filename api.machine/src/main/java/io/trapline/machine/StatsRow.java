package io.trapline.machine;

/**
 * What an ioreq client has done. Latencies are from taking the request to COMPLETE, in nanoseconds, of a
 * sample of the requests.
 *
 * @param client its name
 * @param requests answered in all
 * @param reads of these
 * @param writes of these
 * @param faults handlers that threw
 * @param samples number of latencies measured
 * @param p50 median
 * @param p99 99th percentile
 * @param max longest
 */
public record StatsRow(
        String client,
        long requests,
        long reads,
        long writes,
        long faults,
        long samples,
        long p50,
        long p99,
        long max) {}
