package io.trapline.virtioblk;

import java.util.concurrent.atomic.AtomicReference;

/** What workers have done and the baton has not given back yet. Nothing is allocated. */
final class Finished {
    private final AtomicReference<Request> newest = new AtomicReference<>();

    /** Adds one; whether it is the only one. From any thread. */
    boolean add(Request request) {
        Request before;
        do {
            before = newest.get();
            request.next = before;
        } while (!newest.compareAndSet(before, request));
        return before == null;
    }

    /** Takes all, the oldest first; the others follow by {@link Request#next}. */
    Request takeAll() {
        Request first = newest.getAndSet(null);
        Request oldest = null;
        while (first != null) {
            Request next = first.next;
            first.next = oldest;
            oldest = first;
            first = next;
        }
        return oldest;
    }
}
