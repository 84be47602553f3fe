package io.trapline.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;

/**
 * The C library, by JNA's direct mapping: primitives only, so that a call allocates nothing. A negative result
 * is a failure, and only then does {@code errno} mean something. Constants are x86-64 Linux's, under their
 * names in C; {@code LibcHeaderTest} compares them with the installed headers.
 */
public final class Libc {
    // spotless:off
    public static final int  O_RDWR        = 0x2;
    public static final int  O_NONBLOCK    = 0x800;
    public static final int  O_DIRECT      = 0x4000;
    public static final int  O_CLOEXEC     = 0x80000;
    public static final int  PROT_READ     = 0x1;
    public static final int  PROT_WRITE    = 0x2;
    public static final int  PROT_EXEC     = 0x4;
    public static final int  MAP_SHARED    = 0x1;
    public static final int  MAP_PRIVATE   = 0x2;
    public static final int  MAP_FIXED     = 0x10;
    public static final int  MAP_ANONYMOUS = 0x20;
    public static final int  MAP_NORESERVE = 0x4000;
    public static final int  MAP_POPULATE  = 0x8000;
    public static final int  MADV_HUGEPAGE = 14;
    public static final int  MADV_NOHUGEPAGE = 15;
    public static final int  MFD_CLOEXEC   = 0x1;
    public static final int  MFD_HUGETLB   = 0x4;
    public static final int  MFD_HUGE_2MB  = 21 << 26;
    public static final int  MFD_HUGE_1GB  = 30 << 26;
    public static final int  PROT_NONE     = 0x0;
    public static final int  EFD_NONBLOCK  = 0x800;
    public static final int  EFD_CLOEXEC   = 0x80000;
    public static final int  EPOLL_CLOEXEC = 0x80000;
    public static final int  EPOLL_CTL_ADD = 1;
    public static final int  EPOLL_CTL_DEL = 2;
    public static final int  EPOLLIN       = 1;
    public static final long EPOLLET       = 1L << 31;
    public static final int  SIG_UNBLOCK   = 1;
    public static final int  ENOENT        = 2;
    public static final int  EINTR         = 4;
    public static final int  E2BIG         = 7;
    public static final int  EBADF         = 9;
    public static final int  ENOMEM        = 12;
    public static final int  EFAULT        = 14;
    public static final int  EEXIST        = 17;
    public static final int  ENODEV        = 19;
    public static final int  EINVAL        = 22;
    public static final int  ENOTTY        = 25;
    public static final int  ENOSPC        = 28;
    public static final int  EROFS         = 30;
    public static final int  EAGAIN        = 11;
    public static final int  EACCES        = 13;
    public static final int  EPERM         = 1;
    public static final int  EBUSY         = 16;
    public static final int  ENOLCK        = 37;
    public static final int  ENOSYS        = 38;
    public static final int  EOPNOTSUPP    = 95;
    public static final int  AT_EMPTY_PATH = 0x1000;
    public static final int  SEEK_END      = 2;
    public static final int  F_RDLCK       = 0;
    public static final int  F_WRLCK       = 1;
    public static final int  F_UNLCK       = 2;
    public static final int  F_OFD_GETLK   = 36;
    public static final int  F_OFD_SETLK   = 37;
    public static final int  FALLOC_FL_KEEP_SIZE  = 0x1;
    public static final int  FALLOC_FL_PUNCH_HOLE = 0x2;
    public static final int  FALLOC_FL_ZERO_RANGE = 0x10;
    public static final int  BLKSSZGET     = 0x1268;
    public static final int  BLKDISCARD    = 0x1277;
    public static final int  BLKSECDISCARD = 0x127D;
    public static final int  BLKZEROOUT    = 0x127F;
    public static final int  RWF_NOWAIT    = 0x8;
    public static final int  IOV_MAX       = 1024;
    public static final int  S_IFMT        = 0xF000;
    public static final int  S_IFREG       = 0x8000;
    public static final int  S_IFBLK       = 0x6000;
    public static final int  STATX_BASIC_STATS = 0x7FF;
    public static final int  STATX_DIOALIGN    = 0x2000;
    public static final int  SYS_pread64   = 17;
    public static final int  SYS_pwrite64  = 18;
    public static final int  SYS_preadv2   = 327;
    public static final int  SYS_pwritev2  = 328;
    public static final int  SYS_ioctl                                     = 16;
    public static final int  SYS_epoll_wait                                = 232;
    public static final int  SYS_membarrier                                = 324;
    public static final int  MEMBARRIER_CMD_PRIVATE_EXPEDITED              = 8;
    public static final int  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED     = 16;

    public static final class sigaction {
        public static final int sa_handler = 0;
        public static final int sa_flags   = 136;
        public static final int SIZEOF     = 152;
    }

    public static final class epoll_event {
        public static final int events     = 0;
        public static final int data       = 4;
        public static final int SIZEOF     = 12;
    }

    public static final class iovec {
        public static final int iov_base   = 0;
        public static final int iov_len    = 8;
        public static final int SIZEOF     = 16;
    }

    public static final class flock {
        public static final int l_type     = 0;
        public static final int l_whence   = 2;
        public static final int l_start    = 8;
        public static final int l_len      = 16;
        public static final int l_pid      = 24;
        public static final int SIZEOF     = 32;
    }

    public static final class statx {
        public static final int stx_blksize          = 4;
        public static final int stx_mode             = 28;
        public static final int stx_size             = 40;
        public static final int stx_rdev_major       = 128;
        public static final int stx_rdev_minor       = 132;
        public static final int stx_mask             = 0;
        public static final int stx_dio_mem_align    = 152;
        public static final int stx_dio_offset_align = 156;
        public static final int SIZEOF               = 256;
    }
    // spotless:on

    static {
        Native.register(Libc.class, NativeLibrary.getInstance("c"));
    }

    private Libc() {}

    public static native int open(long path, int flags);

    public static native int close(int fd);

    public static native int ioctl(int fd, long request, long argument);

    public static native long mmap(
            long address, long length, int prot, int flags, int fd, long offset);

    public static native int munmap(long address, long length);

    public static native int mprotect(long address, long length, int prot);

    public static native int madvise(long address, long length, int advice);

    public static native int memfd_create(long name, int flags);

    public static native int ftruncate(int fd, long length);

    public static native int eventfd(int initial, int flags);

    public static native int epoll_create1(int flags);

    public static native int epoll_ctl(int epoll, int operation, int fd, long event);

    public static native int epoll_wait(int epoll, long events, int count, int milliseconds);

    public static native long read(int fd, long buffer, long length);

    public static native long write(int fd, long buffer, long length);

    public static native long pread(int fd, long buffer, long length, long position);

    public static native long pwrite(int fd, long buffer, long length, long position);

    public static native long preadv2(int fd, long vector, int count, long position, int flags);

    public static native long pwritev2(int fd, long vector, int count, long position, int flags);

    public static native long lseek(int fd, long offset, int whence);

    public static native int fdatasync(int fd);

    public static native int fallocate(int fd, int mode, long position, long length);

    public static native int fcntl(int fd, int command, long argument);

    public static native int statx(int folder, long path, int flags, int mask, long result);

    public static native long memcpy(long target, long source, long length);

    public static native long memset(long target, int value, long length);

    public static native int sigaction(int signal, long action, long old);

    public static native int pthread_sigmask(int how, long set, long old);

    public static native int getpid();

    public static native int gettid();

    public static native int tgkill(int process, int thread, int signal);

    public static native long syscall(long number, long first, long second, long third);

    public static native long strerror(int errno);

    /** What {@code errno} says after a failed call, e.g. {@code Permission denied (errno 13)}. */
    public static String text(int errno) {
        return new Pointer(strerror(errno)).getString(0) + " (errno " + errno + ")";
    }

    /** Passes a result on, or throws what the call left in {@code errno}. */
    public static int check(int result, String call) throws IOException {
        if (result < 0) {
            throw new IOException(call + ": " + text(Native.getLastError()));
        }
        return result;
    }
}
