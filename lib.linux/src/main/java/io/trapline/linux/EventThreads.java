package io.trapline.linux;

import io.trapline.linux.Eventfds.Eventfd;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Event descriptors with a thread each, so that who is told of one, and does not come back, keeps no other waiting. A
 * thread outlives its descriptor and takes the next: as many are made as were open at a time. From any thread.
 */
public final class EventThreads implements AutoCloseable {
    private final String name;
    private final List<Eventfds> threads = new ArrayList<>(); // guarded by this, as are the others
    private final Deque<Eventfds> idle = new ArrayDeque<>();
    private boolean closed;

    /**
     * None yet.
     *
     * @param name of the threads, with a number each
     */
    public EventThreads(String name) {
        this.name = name;
    }

    /** One of the descriptors. */
    public final class Event implements AutoCloseable {
        private final Eventfds thread;
        private final Runnable signalled;
        private Eventfd eventfd;
        private boolean telling; // guarded by the threads, as is the other
        private boolean gone;

        Event(Eventfds thread, Runnable signalled) {
            this.thread = thread;
            this.signalled = signalled;
        }

        private boolean open() {
            eventfd = thread.add(this::tell);
            return eventfd != null;
        }

        /** By its thread, which may be somebody else's already if this was closed meanwhile. */
        void tell() {
            synchronized (EventThreads.this) {
                if (gone) {
                    return;
                }
                telling = true;
            }
            try {
                signalled.run();
            } finally {
                synchronized (EventThreads.this) {
                    telling = false;
                    if (gone) {
                        idle.push(thread);
                    }
                }
            }
        }

        /** Its descriptor, until it is closed. */
        public int fd() {
            return eventfd.fd();
        }

        /** Nobody is told any more; who is being told may still be. Nothing the second time. */
        @Override
        public void close() {
            eventfd.close();
            synchronized (EventThreads.this) {
                if (!gone && !telling) {
                    idle.push(thread);
                }
                gone = true;
            }
        }
    }

    /**
     * Opens one.
     *
     * @param signalled called by its thread after one or more signals; what it throws goes to that thread's handler of
     *     uncaught exceptions
     * @return null if the host refuses, or all have been closed
     */
    public Event add(Runnable signalled) {
        Eventfds thread = thread();
        if (thread == null) {
            return null;
        }
        Event event = new Event(thread, signalled);
        if (!event.open()) {
            synchronized (this) {
                idle.push(thread);
            }
            return null;
        }
        return event;
    }

    private synchronized Eventfds thread() {
        if (closed) {
            return null;
        }
        Eventfds thread = idle.poll();
        if (thread == null) {
            thread = new Eventfds(name + "-" + threads.size());
            threads.add(thread);
        }
        return thread;
    }

    /** Closes all of them and ends the threads; nothing the second time. */
    @Override
    public void close() {
        List<Eventfds> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(threads);
        }
        all.forEach(Eventfds::close);
    }
}
