package io.trapline.ioreq;

/**
 * What keeps a baton, as somebody sees it who has not got it. The same again, some time later: it was kept all
 * the while. A hint, unless the client is {@linkplain IoreqClient#halt halted}.
 *
 * @param board whose code it is
 * @param request what it serves; null: a task
 * @param number the request's token, or the task's number
 * @param patienceNanos how long somebody waits for the task; 0: nobody does
 */
record Occupation(DeviceBoard board, Request request, long number, long patienceNanos) {
    /** As {@code a read of port 0x3f8+1 by vCPU 0}. */
    String text() {
        if (request == null) {
            return patienceNanos == 0 ? "a task of its own" : "a call that changes or shows it";
        }
        return (request.write() ? "a write to " : "a read of ")
                + request.place()
                + " by vCPU "
                + request.vcpu;
    }
}
