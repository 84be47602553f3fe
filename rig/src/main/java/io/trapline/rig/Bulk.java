package io.trapline.rig;

/**
 * What a run of many accesses came to. Times are nanoseconds of one access, from before its slot is filled until the
 * vCPU would go on.
 *
 * @param accesses accesses that ended well, of all vCPUs
 * @param errors vCPUs whose run broke off
 * @param mismatches reads whose value was not the expected one
 * @param rate accesses a second
 * @param last the value that the last vCPU read last, 64 bits unsigned
 * @param firstError the rig's words on the first error; empty if there was none
 */
public record Bulk(
        int accesses,
        int errors,
        int mismatches,
        long rate,
        long mean,
        long min,
        long p50,
        long p90,
        long p99,
        long p999,
        long max,
        long last,
        String firstError) {

    static Bulk parse(String line) {
        Answer answer = new Answer(line);
        int error = line.indexOf("first-error=");
        return new Bulk(
                Math.toIntExact(Answer.parse(answer.text("n"))),
                answer.count("errors"),
                answer.count("mismatches"),
                answer.number("rate"),
                answer.number("mean"),
                answer.number("min"),
                answer.number("p50"),
                answer.number("p90"),
                answer.number("p99"),
                answer.number("p999"),
                answer.number("max"),
                answer.number("last"),
                error < 0 ? "" : line.substring(error + "first-error=".length()).strip());
    }

    /** Whether every access ended well, and every value was the expected one. */
    public boolean good() {
        return errors == 0 && mismatches == 0;
    }
}
