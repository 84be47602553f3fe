package io.trapline.chardev.port;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.nio.ByteBuffer;

/**
 * What terminals take of the C library: pts(4), termios(3), ioctl_tty(2), poll(2), eventfd(2). Linux, 64 bits. The
 * numbers are those of {@code asm-generic/fcntl.h} and {@code poll.h}.
 */
final class Libc {
    static final int O_RDWR = 2;
    static final int O_NOCTTY = 0x100;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;
    static final int TCSANOW = 0;
    static final short POLLIN = 1;
    static final short POLLOUT = 4;
    static final short POLLERR = 8;
    static final short POLLHUP = 16;

    static final long TIOCOUTQ = 0x5411; // asm-generic/ioctls.h
    static final long TIOCSBRK = 0x5427;
    static final long TIOCCBRK = 0x5428;

    /** More than {@code struct termios} on any Linux. */
    static final int TERMIOS_LENGTH = 256;

    static {
        Native.register(Libc.class, "c");
    }

    private Libc() {}

    static native int posix_openpt(int flags) throws LastErrorException;

    static native int grantpt(int fd) throws LastErrorException;

    static native int unlockpt(int fd) throws LastErrorException;

    static native int ptsname_r(int fd, byte[] name, long length);

    static native int tcgetattr(int fd, byte[] termios) throws LastErrorException;

    static native void cfmakeraw(byte[] termios);

    static native int tcsetattr(int fd, int when, byte[] termios) throws LastErrorException;

    static native int eventfd(int initial, int flags) throws LastErrorException;

    static native int ioctl(int fd, long request, ByteBuffer direct);

    static native int close(int fd);

    static native int open(String path, int flags) throws LastErrorException;

    static native long read(int fd, ByteBuffer direct, long length);

    static native long write(int fd, ByteBuffer direct, long length);

    static native int poll(ByteBuffer direct, long count, int timeoutMillis);
}
