package io.trapline.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Native;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A number that is closed belongs to nobody, or to another one: no call may reach it. */
class DescriptorTest {
    private static final int EVENTS = Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC;

    @Test
    void isRetiredFirstAndClosedLater() {
        int fd = Libc.eventfd(0, EVENTS);
        Descriptor descriptor = new Descriptor(fd);
        Block one = new Block(Long.BYTES);
        one.bytes.putLong(0, 1);
        assertEquals(Long.BYTES, descriptor.write(one));
        descriptor.retire();
        descriptor.retire();
        assertTrue(descriptor.closed());
        assertEquals(-1, descriptor.write(one));
        assertEquals(-1, descriptor.ioctl(0, 0));
        assertEquals(-Libc.EBADF, descriptor.directIoctl(0, 0));
        assertEquals(Long.BYTES, Libc.read(fd, one.address(), Long.BYTES), "it stays open");
        descriptor.close();
        assertEquals(-1, Libc.close(fd));
        assertEquals(Libc.EBADF, Native.getLastError());
    }

    /** Retired, then closed: for no moment in between does it let a call through. */
    @Test
    void staysRetiredWhileItIsRetiredAgain() throws InterruptedException {
        Descriptor descriptor = new Descriptor(Libc.eventfd(0, EVENTS));
        descriptor.retire();
        AtomicBoolean over = new AtomicBoolean();
        Thread other =
                new Thread(
                        () -> {
                            for (int i = 0; i < 1_000_000; i++) {
                                descriptor.retire();
                            }
                            over.set(true);
                        });
        other.start();
        long opened = 0;
        while (!over.get()) {
            opened += descriptor.closed() ? 0 : 1;
        }
        other.join();
        descriptor.close();
        assertEquals(0, opened);
    }
}
