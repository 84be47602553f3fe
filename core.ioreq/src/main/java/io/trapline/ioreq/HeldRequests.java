package io.trapline.ioreq;

import java.util.ArrayDeque;
import java.util.Deque;

/** The requests of a bay that wait for the successor of its device, in order. Under the baton. */
final class HeldRequests {
    private final Dispatcher dispatcher;
    private final Deque<Request> held = new ArrayDeque<>();

    HeldRequests(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    void add(Request request) {
        held.add(request);
    }

    /** Sends them on their way again. */
    void release() {
        for (Request request = held.poll(); request != null; request = held.poll()) {
            dispatcher.reroute(request);
        }
    }

    /** The machine is being reset: nobody waits for them any more. */
    void drop() {
        held.clear();
    }
}
