package io.trapline.chardev.port;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A port over a file descriptor that does not block: one thread, poll(2), and an eventfd(2) that wakes it. */
abstract class DescriptorPort extends Port {
    private static final int BUFFER = 4 << 10; // what a terminal takes at once
    private static final int POLLFD = 8; // sizeof(struct pollfd): int fd; short events, revents

    private final int event;
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(BUFFER);
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(BUFFER);
    private final ByteBuffer one =
            ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    private final ByteBuffer counter = ByteBuffer.allocateDirect(Long.BYTES);
    private final ByteBuffer polled =
            ByteBuffer.allocateDirect(2 * POLLFD).order(ByteOrder.nativeOrder());
    private int fd; // of the thread, once it runs; -1: none now
    private Thread thread;
    private boolean open = true; // closed under this, so that wake() never writes to another's
    private volatile boolean closing;

    /** Owns both descriptors, if {@link #start} is called. */
    DescriptorPort(int fd, int event) {
        this.fd = fd;
        this.event = event;
        one.putLong(0, 1);
    }

    static int newEvent() {
        return Libc.eventfd(0, Libc.O_NONBLOCK | Libc.O_CLOEXEC);
    }

    /** Starts the mover; the port's description is known by now. */
    final void start() {
        thread = thread("mover", this::run);
        thread.start();
    }

    /** One round of the mover: waits and moves. */
    abstract void round();

    /** The mover ends; the descriptor is still open. */
    abstract void ended();

    @Override
    void wake() {
        synchronized (one) {
            if (open) {
                Libc.write(event, one, Long.BYTES);
            }
        }
    }

    @Override
    void close() {
        closing = true;
        wake();
        join(thread, PATIENCE_MILLIS);
    }

    private void run() {
        while (!closing) {
            round();
        }
        if (connected()) {
            send();
            connected(false);
        }
        ended();
        synchronized (one) {
            open = false;
            closeAll(fd, event);
        }
    }

    // ---- For the mover

    final int fd() {
        return fd;
    }

    /** Takes another descriptor in place of the one before, which is closed. */
    final void fd(int next) {
        closeAll(fd);
        fd = next;
    }

    /** Sends what is taken at once; false if that was not all. */
    final boolean send() {
        int offered = output(outgoing).remaining();
        long count = Libc.write(fd, outgoing, offered);
        if (count > 0) {
            sent((int) count);
        }
        return count == offered;
    }

    /** Receives what is there, at most so much; 0 or less: nothing was. */
    final long receive(int room) {
        long count = Libc.read(fd, incoming.clear(), Math.min(room, BUFFER));
        if (count > 0) {
            received(incoming.limit((int) count));
        }
        return count;
    }

    /** Waits for events of the descriptor (none: not even for its hang-up) or to be woken; the events. */
    final int poll(int events, int millis) {
        polled.putInt(0, event).putShort(4, Libc.POLLIN).putShort(6, (short) 0);
        polled.putInt(POLLFD, events == 0 && millis > 0 ? -1 : fd);
        polled.putShort(POLLFD + 4, (short) events).putShort(POLLFD + 6, (short) 0);
        if (Libc.poll(polled, 2, millis) <= 0) {
            return 0;
        }
        if (polled.getShort(6) != 0) {
            Libc.read(event, counter, Long.BYTES);
        }
        return polled.getShort(POLLFD + 6);
    }

    static void closeAll(int... descriptors) {
        for (int descriptor : descriptors) {
            if (descriptor >= 0) {
                Libc.close(descriptor);
            }
        }
    }
}
