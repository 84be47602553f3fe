package io.trapline.linux;

import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A machine's file descriptor, which any thread may use while another closes it: the number could otherwise
 * belong to another machine by the time of the call.
 */
public final class Descriptor implements AutoCloseable {
    private static final int CLOSED = Integer.MIN_VALUE;

    private final int fd;
    private final AtomicInteger users = new AtomicInteger();
    private final AtomicBoolean retired = new AtomicBoolean();
    private final AtomicBoolean open = new AtomicBoolean(true);

    public Descriptor(int fd) {
        this.fd = fd;
    }

    /** The descriptor, for calls made while nobody can close it. */
    public int fd() {
        return fd;
    }

    /** Whether it is retired or closed, or about to be. */
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

    /** An ioctl that each request costs: its result, or an errno negated; EBADF once closed. */
    public int directIoctl(long request, long argument) {
        try {
            return users.getAndIncrement() < 0
                    ? -Libc.EBADF
                    : DirectCall.ioctl(fd, request, argument);
        } finally {
            users.getAndDecrement();
        }
    }

    /** Writes all of a block; -1 once closed. */
    public long write(Block bytes) {
        try {
            return users.getAndIncrement() < 0
                    ? -1
                    : Libc.write(fd, bytes.address(), bytes.bytes.capacity());
        } finally {
            users.getAndDecrement();
            Reference.reachabilityFence(bytes);
        }
    }

    /** Waits for the calls in flight, which are short, and lets no more through; the file stays open. */
    public void retire() {
        if (!retired.getAndSet(true)) { // twice would be none at all
            users.getAndAdd(CLOSED);
        }
        while (users.get() != CLOSED) {
            Thread.onSpinWait();
        }
    }

    /** Waits for the calls in flight, and closes; nothing the second time. */
    @Override
    public void close() {
        retire();
        if (open.getAndSet(false)) {
            Libc.close(fd);
        }
    }
}
