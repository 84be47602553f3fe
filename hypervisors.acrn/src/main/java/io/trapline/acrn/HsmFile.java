package io.trapline.acrn;

import com.sun.jna.Native;
import io.trapline.linux.Block;
import io.trapline.linux.Descriptor;
import io.trapline.linux.DirectCall;
import io.trapline.linux.Libc;
import java.io.IOException;
import java.lang.ref.Reference;

/**
 * An open {@code /dev/acrn_hsm}: one User VM, from CREATE_VM on. Its calls throw with the ioctl, its arguments,
 * what the kernel said, and the likely cause: the driver passes most failures of the hypervisor on as EPERM.
 */
final class HsmFile implements AutoCloseable {
    private static final String UNKNOWN = "a VM that does not exist yet";

    private final int fd;
    private final Descriptor shared;
    private String vm = UNKNOWN;
    private volatile boolean closed;

    /**
     * Takes an open file over.
     *
     * @param fd its descriptor
     */
    HsmFile(int fd) {
        this.fd = fd;
        this.shared = new Descriptor(fd);
    }

    /**
     * The same file, for threads that do not know when the machine ends. Retired before DESTROY_VM: the driver
     * still uses the VM's number when the hypervisor may have given it to another.
     */
    Descriptor shared() {
        return shared;
    }

    /**
     * Waits until a request of the default client is outstanding, or a signal comes. Whoever closes this has
     * made sure that nobody waits.
     *
     * @return 0, or the errno of the failure
     */
    int attach() {
        return -Math.min(0, DirectCall.ioctl(fd, Hsm.ACRN_IOCTL_ATTACH_IOREQ_CLIENT, 0));
    }

    /** Who is meant in messages, once there is a VM. */
    void named(String vm) {
        this.vm = vm;
    }

    /** An ioctl with a plain argument, or none, that must not fail. */
    void call(Ioctl ioctl, long argument, String arguments) throws IOException {
        if (closed) {
            throw new IOException(ioctl.header() + " on " + vm + ": it is closed");
        }
        if (Libc.ioctl(fd, ioctl.number, argument) < 0) {
            throw refused(ioctl, arguments, Native.getLastError());
        }
    }

    /** An ioctl with a structure that must not fail. */
    void call(Ioctl ioctl, Block argument, String arguments) throws IOException {
        try {
            call(ioctl, argument.address(), arguments);
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    /** What went wrong, as one line. */
    IOException refused(Ioctl ioctl, String arguments, int errno) {
        return new IOException(
                "%s(%s) on %s: %s; likely: %s"
                        .formatted(
                                ioctl.header(),
                                arguments,
                                vm,
                                Libc.text(errno),
                                ioctl.likely(errno)));
    }

    @Override
    public void close() {
        closed = true;
        shared.close();
    }
}
