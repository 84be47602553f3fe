package io.trapline.ioreq;

/** What work under one baton did: plain fields, so that any two at once would show. */
final class Tally {
    int sum;
    int overlaps;
    private boolean busy;

    /** Adds what its maker stored in it before it was handed in. */
    final class Addition extends Work {
        int amount; // plain: the client must carry it over

        Addition of(int value) {
            amount = value;
            return this;
        }

        @Override
        void run(IoreqClient client) {
            if (busy) {
                overlaps++;
            }
            busy = true;
            sum += amount;
            busy = false;
        }
    }
}
