package io.trapline.linux;

import java.io.IOException;

/** The host has refused a call on a file. */
public final class HostFailure extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    HostFailure(String call, int errno) {
        super(call + ": " + Libc.text(errno));
        this.errno = errno;
    }

    /** What the kernel said, e.g. {@link Libc#ENOSPC}. */
    public int errno() {
        return errno;
    }

    /** Whether this host, or this file's file system, knows no such operation; another one may do. */
    public boolean isUnsupported() {
        return errno == Libc.EOPNOTSUPP || errno == Libc.ENOSYS || errno == Libc.ENOTTY;
    }
}
