package io.trapline.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A system call by our own few bytes, and by JNA, says and does the same. */
class DirectCallTest {
    private static final long FIONREAD = 0x541B;
    private static final int UNREAD = 4711;

    @FunctionalInterface
    private interface Way {
        int call(int fd, long request, long argument);
    }

    @Test
    void isBoundToTheShortWay() {
        assertTrue(DirectCall.isDirect());
    }

    @Test
    void theShortWayPassesArgumentsAndResults() throws IOException {
        agrees(DirectCall::ioctl);
    }

    @Test
    void soDoesTheLongWay() throws IOException {
        agrees(DirectCall::ioctlByLibrary);
    }

    /** A file tells in four bytes how much is unread; what it does not know is ENOTTY, and what is no file EBADF. */
    private static void agrees(Way way) throws IOException {
        Block name = Block.of("unread");
        int file = Libc.check(Libc.memfd_create(name.address(), Libc.MFD_CLOEXEC), "memfd_create");
        try {
            Libc.check(Libc.ftruncate(file, UNREAD), "ftruncate");
            Block block = new Block(2 * Integer.BYTES);
            block.bytes.putInt(0, -1);
            assertEquals(0, way.call(file, FIONREAD, block.address() + Integer.BYTES));
            assertEquals(UNREAD, block.bytes.getInt(Integer.BYTES));
            assertEquals(-1, block.bytes.getInt(0));
            assertEquals(-Libc.EFAULT, way.call(file, FIONREAD, 8));
            assertEquals(-Libc.ENOTTY, way.call(file, 0x1234, 0));
            assertEquals(-Libc.EBADF, way.call(-1, FIONREAD, block.address()));
        } finally {
            Libc.close(file);
        }
    }

    @FunctionalInterface
    private interface Wait {
        int call(int epoll, long events, int count);
    }

    @Test
    void bothWaysWait() throws IOException {
        waits(DirectCall::epollWait);
        waits(DirectCall::epollWaitByLibrary);
    }

    private static void waits(Wait wait) throws IOException {
        int epoll = Libc.check(Libc.epoll_create1(Libc.EPOLL_CLOEXEC), "epoll_create1");
        int signalled = Libc.check(Libc.eventfd(1, Libc.EFD_CLOEXEC), "eventfd");
        Block events = new Block(2 * Libc.epoll_event.SIZEOF);
        events.bytes.putInt(Libc.epoll_event.events, Libc.EPOLLIN);
        events.bytes.putLong(Libc.epoll_event.data, 4711);
        try {
            Libc.epoll_ctl(epoll, Libc.EPOLL_CTL_ADD, signalled, events.address());
            events.bytes.putLong(Libc.epoll_event.data, 0);
            assertEquals(1, wait.call(epoll, events.address(), 2));
            assertEquals(4711, events.bytes.getLong(Libc.epoll_event.data));
            assertEquals(-Libc.EINVAL, wait.call(epoll, events.address(), 0));
            assertEquals(-Libc.EBADF, wait.call(-1, events.address(), 2));
        } finally {
            Libc.close(epoll);
            Libc.close(signalled);
        }
    }
}
