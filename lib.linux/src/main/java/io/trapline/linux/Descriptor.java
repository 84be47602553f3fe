package io.trapline.linux;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A machine's file descriptor, which any thread may use while another closes it: the number could otherwise
 * belong to another machine by the time of the call.
 */
public final class Descriptor implements AutoCloseable {
    private static final int CLOSED = Integer.MIN_VALUE;

    private final int fd;
    private final AtomicInteger users = new AtomicInteger();

    public Descriptor(int fd) {
        this.fd = fd;
    }

    /** The descriptor, for calls made while nobody can close it. */
    public int fd() {
        return fd;
    }

    /** Whether it is closed, or about to be. */
    public boolean closed() {
        return users.get() < 0;
    }

    /** An ioctl with a plain argument; -1 once closed. */
    public int ioctl(long request, long argument) {
        try {
            return users.getAndIncrement() < 0 ? -1 : Libc.ioctl(fd, request, argument);
        } finally {
            users.getAndDecrement();
        }
    }

    /** An ioctl with a structure; -1 once closed. */
    public int ioctl(long request, Block argument) {
        try {
            return users.getAndIncrement() < 0 ? -1 : argument.ioctl(fd, request);
        } finally {
            users.getAndDecrement();
        }
    }

    /** Waits for the calls in flight, which are short, and closes. */
    @Override
    public void close() {
        if (users.getAndAdd(CLOSED) < 0) {
            users.getAndAdd(CLOSED);
            return;
        }
        while (users.get() != CLOSED) {
            Thread.onSpinWait();
        }
        Libc.close(fd);
    }
}
