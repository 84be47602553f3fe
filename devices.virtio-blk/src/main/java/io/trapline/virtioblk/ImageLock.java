package io.trapline.virtioblk;

import io.trapline.linux.HostFailure;
import io.trapline.linux.HostFile;
import io.trapline.linux.Libc;
import java.io.IOException;

/**
 * One machine writes an image, or many read it. The lock is QEMU's (block/file-posix.c): of each permission that somebody uses, a byte from 100 on is held; of each that he does not share, one from 200 on.
 * So a QEMU that runs on the image is met, and meets us.
 */
final class ImageLock {
    // spotless:off
    private static final int USED = 100, NOT_SHARED = 200;
    private static final int READ = 0, WRITE = 1, RESIZE = 3; // BLK_PERM_*, as bit numbers
    private static final int[] READER = {READ};
    private static final int[] WRITER = {READ, WRITE, RESIZE};
    private static final int[] WRITING = {WRITE, RESIZE};
    // spotless:on

    private ImageLock() {}

    /** Somebody has it. */
    static final class InUse extends IOException {
        private static final long serialVersionUID = 1;

        private InUse(String what) {
            super(what);
        }
    }

    /**
     * Takes it until the file is closed.
     *
     * @param shared whether it is for reading
     * @throws InUse if another machine is in the way
     * @throws IOException if there are no locks here
     */
    static void take(HostFile file, boolean shared) throws IOException {
        int[] uses = shared ? READER : WRITER;
        try {
            // First held, then looked: of two that come at once at least one sees the other.
            for (int permission : uses) {
                file.hold(USED + permission);
            }
            for (int permission : WRITING) {
                file.hold(NOT_SHARED + permission);
            }
            boolean taken = false;
            for (int permission : uses) {
                taken |= file.isHeldByAnother(NOT_SHARED + permission);
            }
            for (int permission : WRITING) {
                taken |= file.isHeldByAnother(USED + permission);
            }
            if (taken) {
                throw new InUse(
                        ("image %s is in use by another machine (or by this one's"
                                        + " predecessor, whose host I/O has not ended); %s")
                                .formatted(
                                        file.path(),
                                        shared
                                                ? "it writes there"
                                                : "wanted alone, or readonly=true in both"));
            }
        } catch (HostFailure e) {
            throw new IOException(
                    "image "
                            + file.path()
                            + " cannot be locked"
                            + (e.errno() == Libc.ENOLCK || e.isUnsupported()
                                    ? ", its file system has no locks"
                                    : "")
                            + ": "
                            + e.getMessage(),
                    e);
        }
    }
}
