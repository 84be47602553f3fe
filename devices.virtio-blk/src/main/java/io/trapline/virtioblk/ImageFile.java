package io.trapline.virtioblk;

import io.trapline.linux.HostFailure;
import io.trapline.linux.HostFile;
import io.trapline.linux.Libc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** Opens the file that an image is in, and locks it. Whatever keeps the image from coming to be, the file is closed. */
final class ImageFile {
    private ImageFile() {}

    /** What makes an image of a file that is open and locked. */
    interface Maker<T extends Image> {
        T of(HostFile file) throws IOException;
    }

    /** Whether to try once more to open an image that is in use. */
    interface Patience {
        /** It is said at once. */
        Patience NONE = tries -> false;

        /** For a second: a predecessor's file is closed when the last of its requests has left the host. */
        Patience SECOND =
                tries -> {
                    LockSupport.parkNanos(PAUSE);
                    return tries < TRIES;
                };

        /**
         * Waits, perhaps.
         *
         * @param tries how many there were
         */
        boolean again(int tries);
    }

    private static final long PAUSE = 50_000_000;
    private static final int TRIES = 20;

    /**
     * Opens an image.
     *
     * @throws IOException naming the image, if it is not there, or may not be used so, or is in use
     */
    static <T extends Image> T open(
            Path path, RawImage.Options options, Patience patience, Maker<T> maker)
            throws IOException {
        for (int tries = 1; true; tries++) {
            try {
                return openOnce(path, options, maker);
            } catch (ImageLock.InUse e) { // nothing is held meanwhile: of two that wait one gets it
                if (!patience.again(tries)) {
                    throw e;
                }
            }
        }
    }

    private static <T extends Image> T openOnce(Path path, RawImage.Options options, Maker<T> maker)
            throws IOException {
        HostFile file = openFile(path, options);
        try {
            ImageLock.take(file, options.readOnly());
            return maker.of(file);
        } catch (IOException e) {
            file.close();
            throw named(path, e);
        } catch (
                Throwable
                        e) { // no memory, too: nobody else could close it, and its lock would stay
            file.close();
            throw e;
        }
    }

    private static HostFile openFile(Path path, RawImage.Options options) throws IOException {
        try {
            return HostFile.open(path, !options.readOnly(), options.direct());
        } catch (HostFailure e) {
            throw new IOException("image: " + e.getMessage() + remedy(e.errno(), options), e);
        } catch (IOException e) {
            throw new IOException("image " + e.getMessage(), e);
        }
    }

    private static IOException named(Path path, IOException e) {
        String what = String.valueOf(e.getMessage());
        return what.startsWith("image ") ? e : new IOException("image " + path + ": " + what, e);
    }

    private static String remedy(int errno, RawImage.Options options) {
        return switch (errno) {
            case Libc.EINVAL ->
                    options.direct() ? "; its file system has no direct I/O: direct=false" : "";
            case Libc.EACCES, Libc.EPERM ->
                    "; wanted the right to read"
                            + (options.readOnly() ? "" : " and write, or readonly=true");
            case Libc.EROFS -> "; readonly=true";
            case Libc.ENOENT -> "; make it, e.g. truncate -s 10G";
            default -> "";
        };
    }
}
