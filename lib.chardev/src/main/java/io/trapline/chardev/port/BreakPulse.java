package io.trapline.chardev.port;

/**
 * A break on its way to a line of the host. It begins once what was sent before it has left, lasts no shorter than it
 * was asked for, and what is sent after it waits for its end. Times are nanoseconds of the host.
 */
final class BreakPulse {
    /** Does it on the line. */
    interface Line {
        void holdBreak(boolean on);
    }

    private final Line line;
    private boolean asked;
    private long askedAt;
    private boolean owed; // it was asked for, and over, before it could begin
    private long owedNanos;
    private boolean on;
    private long onSince;

    BreakPulse(Line line) {
        this.line = line;
    }

    /** The user holds the line, or lets go of it. */
    synchronized void ask(boolean now, long time) {
        if (now && !asked) {
            askedAt = time;
        } else if (!now && asked && !on) {
            owed = true;
            owedNanos = time - askedAt;
        }
        asked = now;
    }

    /** Whether output has to wait: for a break that is over for the user and not yet for the line. */
    synchronized boolean late() {
        return !asked && (owed || on);
    }

    /**
     * Begins or ends it if that is due.
     *
     * @param time now
     * @param drained whether all that was sent has left
     * @return whether to call again soon
     */
    synchronized boolean tend(long time, boolean drained) {
        if (!on && (asked || owed) && drained) {
            on = true;
            onSince = time;
            line.holdBreak(true);
        }
        if (on && !asked && (!owed || time - onSince >= owedNanos)) {
            on = false;
            owed = false;
            line.holdBreak(false);
        }
        return asked != on || owed;
    }
}
