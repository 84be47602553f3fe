package io.trapline.kvm;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;

/**
 * The C library, by JNA's direct mapping: primitives only, so that a call allocates nothing. A negative result
 * is a failure, and only then does {@code errno} mean something. Constants are x86-64 Linux's, under their
 * names in C; {@code KvmHeaderTest} compares them with the installed headers.
 */
final class Libc {
    // spotless:off
    static final int  O_RDWR        = 0x2;
    static final int  O_CLOEXEC     = 0x80000;
    static final int  PROT_READ     = 0x1;
    static final int  PROT_WRITE    = 0x2;
    static final int  PROT_EXEC     = 0x4;
    static final int  MAP_SHARED    = 0x1;
    static final int  MAP_PRIVATE   = 0x2;
    static final int  MAP_FIXED     = 0x10;
    static final int  MAP_ANONYMOUS = 0x20;
    static final int  MAP_NORESERVE = 0x4000;
    static final int  MADV_HUGEPAGE = 14;
    static final int  EFD_NONBLOCK  = 0x800;
    static final int  EFD_CLOEXEC   = 0x80000;
    static final int  EPOLL_CLOEXEC = 0x80000;
    static final int  EPOLL_CTL_ADD = 1;
    static final int  EPOLL_CTL_DEL = 2;
    static final int  EPOLLIN       = 1;
    static final int  SIG_UNBLOCK   = 1;
    static final int  ENOENT        = 2;
    static final int  EINTR         = 4;
    static final int  E2BIG         = 7;
    static final int  EAGAIN        = 11;
    static final int  EACCES        = 13;
    static final int  EPERM         = 1;
    static final int  EBUSY         = 16;
    static final int  SYS_ioctl                                     = 16;
    static final int  SYS_membarrier                                = 324;
    static final int  MEMBARRIER_CMD_PRIVATE_EXPEDITED              = 8;
    static final int  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED     = 16;

    static final class sigaction {
        static final int sa_handler = 0;
        static final int sa_flags   = 136;
        static final int SIZEOF     = 152;
    }

    static final class epoll_event {
        static final int events     = 0;
        static final int data       = 4;
        static final int SIZEOF     = 12;
    }
    // spotless:on

    static {
        Native.register(Libc.class, NativeLibrary.getInstance("c"));
    }

    private Libc() {}

    static native int open(long path, int flags);

    static native int close(int fd);

    static native int ioctl(int fd, long request, long argument);

    static native long mmap(long address, long length, int prot, int flags, int fd, long offset);

    static native int munmap(long address, long length);

    static native int mprotect(long address, long length, int prot);

    static native int madvise(long address, long length, int advice);

    static native int eventfd(int initial, int flags);

    static native int epoll_create1(int flags);

    static native int epoll_ctl(int epoll, int operation, int fd, long event);

    static native int epoll_wait(int epoll, long events, int count, int milliseconds);

    static native long read(int fd, long buffer, long length);

    static native long write(int fd, long buffer, long length);

    static native int sigaction(int signal, long action, long old);

    static native int pthread_sigmask(int how, long set, long old);

    static native int getpid();

    static native int gettid();

    static native int tgkill(int process, int thread, int signal);

    static native long syscall(long number, long first, long second, long third);

    static native long strerror(int errno);

    /** What {@code errno} says after a failed call, e.g. {@code Permission denied (errno 13)}. */
    static String text(int errno) {
        return new Pointer(strerror(errno)).getString(0) + " (errno " + errno + ")";
    }

    /** Passes a result on, or throws what the call left in {@code errno}. */
    static int check(int result, String call) throws IOException {
        if (result < 0) {
            throw new IOException(call + ": " + text(Native.getLastError()));
        }
        return result;
    }
}
