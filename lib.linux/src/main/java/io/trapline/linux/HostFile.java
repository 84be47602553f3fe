package io.trapline.linux;

import com.sun.jna.Native;
import io.trapline.linux.Libc.flock;
import io.trapline.linux.Libc.statx;
import java.io.EOFException;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file or a block device of the host that is a guest's disk. From any threads at once; a thread that is interrupted
 * closes nothing. Closed when the last call in it is over. What a request costs allocates nothing.
 *
 * <p>All positions and lengths are bytes. What the host refuses is a {@link HostFailure}.
 */
public final class HostFile implements AutoCloseable {
    private static final int CLOSED = Integer.MIN_VALUE;
    private static final int USUAL_BLOCK = 4096;
    private static final int RANGES = 32;

    private final Path path;
    private final int fd;
    private final Path described; // null: not a block device
    private final int memoryAlignment;
    private final int alignment;
    private final int discardAlignment;
    private final AtomicInteger users = new AtomicInteger();
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final AtomicBoolean gone = new AtomicBoolean();
    private final Queue<Block> ranges = new ArrayBlockingQueue<>(RANGES); // used again
    private volatile boolean refusesNoWait;

    private HostFile(Path path, int fd, boolean direct) throws IOException {
        this.path = path;
        this.fd = fd;
        Block about = about();
        int type = Short.toUnsignedInt(about.bytes.getShort(statx.stx_mode)) & Libc.S_IFMT;
        if (type != Libc.S_IFREG && type != Libc.S_IFBLK) {
            throw new IOException(path + " is neither a file nor a block device");
        }
        boolean blockDevice = type == Libc.S_IFBLK;
        described =
                blockDevice
                        ? Path.of(
                                "/sys/dev/block",
                                about.bytes.getInt(statx.stx_rdev_major)
                                        + ":"
                                        + about.bytes.getInt(statx.stx_rdev_minor))
                        : null;
        int block = blockDevice ? logicalBlock() : about.bytes.getInt(statx.stx_blksize);
        int usual = blockDevice ? block : USUAL_BLOCK;
        alignment = direct ? told(about, statx.stx_dio_offset_align, usual) : 1;
        memoryAlignment = direct ? told(about, statx.stx_dio_mem_align, usual) : 1;
        discardAlignment = blockDevice ? discardGranularity(block) : block;
    }

    /**
     * Opens a file that is there.
     *
     * @param write whether it is for writing, too
     * @param direct whether the host's page cache is passed by (O_DIRECT)
     */
    public static HostFile open(Path path, boolean write, boolean direct) throws IOException {
        Block name = Block.of(path.toString());
        int flags = (write ? Libc.O_RDWR : 0) | (direct ? Libc.O_DIRECT : 0);
        flags |= Libc.O_CLOEXEC | Libc.O_NONBLOCK; // a pipe would wait for its other end
        int fd = Libc.open(name.address(), flags);
        int errno = fd < 0 ? Native.getLastError() : 0;
        Reference.reachabilityFence(name);
        if (fd < 0) {
            throw new HostFailure("open " + path, errno);
        }
        try {
            return new HostFile(path, fd, direct);
        } catch (Throwable e) { // no memory, too
            Libc.close(fd);
            throw e;
        }
    }

    private Block about() throws IOException {
        Block result = new Block(statx.SIZEOF);
        Block empty = new Block(1);
        int mask = Libc.STATX_BASIC_STATS | Libc.STATX_DIOALIGN;
        int failed = Libc.statx(fd, empty.address(), Libc.AT_EMPTY_PATH, mask, result.address());
        Reference.reachabilityFence(empty);
        refuse("statx " + path, failed);
        return result;
    }

    /** Kernels before 6.1, and some file systems, do not tell what direct I/O wants. */
    private static int told(Block about, int field, int usual) {
        boolean told = (about.bytes.getInt(statx.stx_mask) & Libc.STATX_DIOALIGN) != 0;
        int value = told ? about.bytes.getInt(field) : 0;
        return value > 0 ? value : usual;
    }

    private int logicalBlock() throws IOException {
        Block size = new Block(Integer.BYTES);
        refuse("BLKSSZGET " + path, size.ioctl(fd, Libc.BLKSSZGET));
        return size.bytes.getInt(0);
    }

    /** Of the whole disk, if this is a partition of it. */
    private int discardGranularity(int block) {
        for (String queue : new String[] {"queue", "../queue"}) {
            Path file = described.resolve(queue).resolve("discard_granularity");
            try {
                int bytes = Integer.parseInt(Files.readString(file).trim());
                return Integer.bitCount(bytes) == 1 && bytes >= block ? bytes : block;
            } catch (IOException | NumberFormatException e) {
                continue; // not there: the next, or the logical block
            }
        }
        return block;
    }

    /** Its name. */
    public Path path() {
        return path;
    }

    /** Whether it is a block device. */
    public boolean isBlockDevice() {
        return described != null;
    }

    /**
     * The folder in {@code /sys} that tells of a block device, whatever name it was opened by; null if it is a file. For a
     * partition, {@code ..} is that of the disk.
     */
    public Path described() {
        return described;
    }

    /** What positions and lengths of transfers are multiples of, a power of two; 1: anything will do. */
    public int alignment() {
        return alignment;
    }

    /** What addresses of memory are multiples of, a power of two; 1: anything will do. */
    public int memoryAlignment() {
        return memoryAlignment;
    }

    /** What the host gives space back by; a power of two in most cases. */
    public int discardAlignment() {
        return discardAlignment;
    }

    /** How long it is now. Allocates nothing; of a block device only this tells (lseek(2)). */
    public long size() throws IOException {
        enter();
        try {
            long size = Libc.lseek(fd, 0, Libc.SEEK_END); // nobody reads or writes from there
            refuse("lseek", size);
            return size;
        } finally {
            leave();
        }
    }

    /** Makes a file longer, by a hole, or shorter. */
    public void truncate(long bytes) throws IOException {
        enter();
        try {
            refuse("ftruncate " + path + " to " + bytes + " bytes", Libc.ftruncate(fd, bytes));
        } finally {
            leave();
        }
    }

    // ---- Reading and writing

    /**
     * Fills all of a vector.
     *
     * @throws EOFException if the file ends before
     */
    public void read(IoVector target, long position) throws IOException {
        long at = position;
        enter();
        try {
            while (target.length() > 0) {
                long count = target.read(fd, at, 0);
                if (count == 0) {
                    throw new EOFException("the image ends at " + size());
                }
                at += taken(target, "pread", count);
            }
        } finally {
            leave();
        }
    }

    /**
     * Fills as much of a vector as the host has at hand, and waits for no disk.
     *
     * @return how many bytes; 0: none, or this host cannot tell
     */
    public long readAtHand(IoVector target, long position) throws IOException {
        if (refusesNoWait || target.length() == 0) {
            return 0;
        }
        enter();
        try {
            long count = target.read(fd, position, Libc.RWF_NOWAIT);
            if (count == -Libc.EOPNOTSUPP || count == -Libc.ENOSYS || count == -Libc.EINVAL) {
                refusesNoWait = true;
            }
            if (count > 0) {
                target.skip(count);
            }
            return Math.max(0, count);
        } finally {
            leave();
        }
    }

    /** Whether {@link #readAtHand} means something here, as far as is known. */
    public boolean tellsWhatIsAtHand() {
        return !refusesNoWait;
    }

    /** Writes all of a vector. */
    public void write(IoVector source, long position) throws IOException {
        long at = position;
        enter();
        try {
            while (source.length() > 0) {
                at += taken(source, "pwrite", source.write(fd, at));
            }
        } finally {
            leave();
        }
    }

    private static long taken(IoVector vector, String call, long count) throws IOException {
        if (count == -Libc.EINTR) {
            return 0;
        } else if (count < 0) {
            throw new HostFailure(call, (int) -count);
        }
        vector.skip(count);
        return count;
    }

    /** Returns when everything that was written before is on the disk: fdatasync(2). */
    public void sync() throws IOException {
        enter();
        try {
            refuse("fdatasync", Libc.fdatasync(fd));
        } finally {
            leave();
        }
    }

    // ---- Space

    /** Gives the space of a range back, which then reads as zeroes; the length stays. */
    public void punch(long position, long length) throws IOException {
        allocate(Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE, position, length);
    }

    /** Makes a range read as zeroes without writing them, its space kept. */
    public void zero(long position, long length) throws IOException {
        if (isBlockDevice()) {
            range("BLKZEROOUT", Libc.BLKZEROOUT, position, length);
        } else {
            allocate(Libc.FALLOC_FL_ZERO_RANGE | Libc.FALLOC_FL_KEEP_SIZE, position, length);
        }
    }

    /** Gives the space of a range back; what it reads as then is the host's affair. */
    public void discard(long position, long length) throws IOException {
        if (isBlockDevice()) {
            range("BLKDISCARD", Libc.BLKDISCARD, position, length);
        } else {
            punch(position, length);
        }
    }

    /** Has a block device destroy a range, all copies of it. */
    public void erase(long position, long length) throws IOException {
        range("BLKSECDISCARD", Libc.BLKSECDISCARD, position, length);
    }

    /** Whether a block device knows {@link #erase}: it then finds fault with a range that is none, and does nothing. */
    public boolean canErase() throws IOException {
        if (!isBlockDevice()) {
            return false;
        }
        try {
            erase(1, 1);
            return false;
        } catch (HostFailure e) {
            return e.errno() == Libc.EINVAL;
        }
    }

    private void allocate(int mode, long position, long length) throws IOException {
        enter();
        try {
            int failed;
            do {
                failed = Libc.fallocate(fd, mode, position, length);
            } while (failed < 0 && Native.getLastError() == Libc.EINTR);
            refuse("fallocate", failed);
        } finally {
            leave();
        }
    }

    private void range(String name, int request, long position, long length) throws IOException {
        Block kept = ranges.poll();
        Block range = kept != null ? kept : new Block(2 * Long.BYTES);
        range.bytes.putLong(0, position).putLong(Long.BYTES, length);
        enter();
        try {
            refuse(name, range.ioctl(fd, request));
        } finally {
            leave();
            ranges.offer(range);
        }
    }

    // ---- Locks

    /**
     * Holds one byte, as many files may at once. The hold is this open file's (an OFD lock, fcntl(2)): it is the same
     * for two of one process as for two processes, and ends when the file is closed.
     */
    public void hold(long place) throws IOException {
        refuse("fcntl(F_OFD_SETLK) " + path, lock(Libc.F_OFD_SETLK, Libc.F_RDLCK, place).failed);
    }

    /** Whether another open file holds one byte. */
    public boolean isHeldByAnother(long place) throws IOException {
        Answer answer = lock(Libc.F_OFD_GETLK, Libc.F_WRLCK, place);
        refuse("fcntl(F_OFD_GETLK) " + path, answer.failed);
        return answer.lock.bytes.getShort(flock.l_type) != Libc.F_UNLCK;
    }

    private record Answer(int failed, Block lock) {}

    private Answer lock(int command, int type, long place) throws IOException {
        Block lock = new Block(flock.SIZEOF);
        lock.bytes.putShort(flock.l_type, (short) type);
        lock.bytes.putLong(flock.l_start, place).putLong(flock.l_len, 1);
        enter();
        try {
            return new Answer(Libc.fcntl(fd, command, lock.address()), lock);
        } finally {
            leave();
        }
    }

    // ---- Life

    private static void refuse(String call, long result) throws HostFailure {
        if (result < 0) {
            throw new HostFailure(call, Native.getLastError());
        }
    }

    private void enter() throws IOException {
        if (users.getAndIncrement() < 0) {
            leave();
            throw new IOException(path + " is closed");
        }
    }

    private void leave() {
        if (users.decrementAndGet() == CLOSED) {
            closeNow();
        }
    }

    /** Lets no further call through; the last that is on its way closes. Nothing the second time. */
    @Override
    public void close() {
        if (open.getAndSet(false) && users.getAndAdd(CLOSED) == 0) {
            closeNow();
        }
    }

    private void closeNow() {
        if (!gone.getAndSet(true)) { // a call that came too late leaves, too
            Libc.close(fd);
        }
    }
}
