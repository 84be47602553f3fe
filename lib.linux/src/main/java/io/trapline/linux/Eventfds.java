package io.trapline.linux;

import io.trapline.linux.Libc.epoll_event;
import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.Map;

/**
 * Event descriptors that somebody else signals, the kernel mostly, and one thread that waits for all of them.
 * Nothing is opened before the first. From any thread.
 *
 * <p>They are never read, only waited for, edge-triggered (epoll(7)): each signal is an event, whatever the count
 * has come to, and a system call less for each. The count saturates; a signal from the kernel is an event all the
 * same.
 */
public final class Eventfds implements AutoCloseable {
    private static final int EVENTS = 16;

    /** The key of the eventfd that ends the thread. */
    private static final long END = 0;

    private final String name;
    private final Map<Long, Eventfd> open = new HashMap<>();
    private final Block event = new Block(epoll_event.SIZEOF);
    private Eventfd latest; // the last that was signalled; null: it has been closed
    private int epoll = -1;
    private int end = -1;
    private long lastKey = END;
    private Thread thread;
    private boolean closed;

    /**
     * None yet.
     *
     * @param name of the thread that waits
     */
    public Eventfds(String name) {
        this.name = name;
    }

    /** One of them. */
    public final class Eventfd implements AutoCloseable {
        private final long key;
        private final int fd;
        private final Runnable signalled;

        Eventfd(long key, int fd, Runnable signalled) {
            this.key = key;
            this.fd = fd;
            this.signalled = signalled;
        }

        /** Its descriptor, until it is closed. */
        public int fd() {
            return fd;
        }

        /** A signal that is being reported to another thread meanwhile may still arrive. */
        @Override
        public void close() {
            synchronized (Eventfds.this) {
                if (open.remove(key) != null) {
                    latest = null;
                    Libc.epoll_ctl(epoll, Libc.EPOLL_CTL_DEL, fd, event.address());
                    Libc.close(fd);
                }
            }
        }
    }

    /**
     * Opens one.
     *
     * @param signalled called by the one thread after one or more signals; what it throws goes to that thread's
     *     handler of uncaught exceptions
     * @return null if the host refuses, or all have been closed
     */
    public synchronized Eventfd add(Runnable signalled) {
        if (closed || !ready()) {
            return null;
        }
        int fd = Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (fd < 0) {
            return null;
        }
        long key = ++lastKey;
        if (!watch(fd, key)) {
            Libc.close(fd);
            return null;
        }
        Eventfd added = new Eventfd(key, fd, signalled);
        open.put(key, added);
        return added;
    }

    /** Closes all of them and ends the thread; nothing the second time. */
    @Override
    public void close() {
        Thread waiting;
        synchronized (this) {
            if (closed) {
                return; // the thread has closed what would wake it
            }
            closed = true;
            for (Eventfd each : open.values().toArray(new Eventfd[0])) {
                each.close();
            }
            waiting = thread;
            if (waiting != null) {
                signal(end);
            }
        }
        if (waiting != null && waiting != Thread.currentThread()) {
            awaitEnd(waiting);
        }
    }

    private static void signal(int fd) {
        Block one = new Block(Long.BYTES);
        one.bytes.putLong(0, 1);
        Libc.write(fd, one.address(), Long.BYTES);
        Reference.reachabilityFence(one);
    }

    /** The thread closes what it waits on; one that is inside a device is not waited for beyond a second. */
    private static void awaitEnd(Thread waiting) {
        try {
            waiting.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean ready() {
        if (thread != null) {
            return true;
        }
        epoll = Libc.epoll_create1(Libc.EPOLL_CLOEXEC);
        end = Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (epoll < 0 || end < 0 || !watch(end, END)) {
            Libc.close(epoll);
            Libc.close(end);
            return false;
        }
        thread = new Thread(null, this::listen, name);
        thread.setDaemon(true);
        thread.start();
        return true;
    }

    private boolean watch(int fd, long key) {
        event.bytes.putInt(epoll_event.events, Libc.EPOLLIN | (int) Libc.EPOLLET);
        event.bytes.putLong(epoll_event.data, key);
        return Libc.epoll_ctl(epoll, Libc.EPOLL_CTL_ADD, fd, event.address()) == 0;
    }

    private void listen() {
        int waitOn;
        synchronized (this) {
            waitOn = epoll;
        }
        Block events = new Block(EVENTS * epoll_event.SIZEOF);
        long address = events.address();
        boolean on = true;
        while (on) {
            int ready = DirectCall.epollWait(waitOn, address, EVENTS);
            for (int index = 0; index < ready; index++) {
                long key = events.bytes.getLong(index * epoll_event.SIZEOF + epoll_event.data);
                on &= key != END;
                Runnable signalled = signalled(key);
                if (signalled != null) {
                    tell(signalled);
                }
            }
        }
        Reference.reachabilityFence(events);
        Libc.close(waitOn);
        Libc.close(end);
    }

    private static void tell(Runnable signalled) {
        try {
            signalled.run();
        } catch (RuntimeException | Error e) { // told like any other; the others go on
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    /** What to call; null if it was closed meanwhile. */
    private synchronized Runnable signalled(long key) {
        Eventfd signalled = latest;
        if (signalled == null || signalled.key != key) {
            signalled = open.get(key); // which makes an object of the key
            latest = signalled;
        }
        return signalled == null ? null : signalled.signalled;
    }
}
