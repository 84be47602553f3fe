package io.trapline.linux;

import com.sun.jna.Native;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.IntFunction;

/** A file in {@code /dev} that gives access to a hypervisor, and what an administrator does when it does not open. */
public final class DeviceNode {
    private DeviceNode() {}

    /** The file cannot be opened. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        private final String reason;
        private final String remedy;

        Refused(String path, String reason, String remedy) {
            super("open " + path + ": " + reason + "; " + remedy);
            this.reason = reason;
            this.remedy = remedy;
        }

        /** What the kernel said, e.g. {@code Permission denied (errno 13)}. */
        public String reason() {
            return reason;
        }

        /** What to do. */
        public String remedy() {
            return remedy;
        }
    }

    /**
     * Opens it for reading and writing.
     *
     * @param path the file
     * @param group who should have access, where the file says nobody but root
     * @param remedy what to do, by errno, where rights are not what is missing
     * @return the descriptor
     * @throws Refused if it cannot be opened
     */
    public static int open(String path, String group, IntFunction<String> remedy) throws Refused {
        Block name = Block.of(path);
        int fd = Libc.open(name.address(), Libc.O_RDWR | Libc.O_CLOEXEC);
        int errno = fd < 0 ? Native.getLastError() : 0;
        Reference.reachabilityFence(name);
        if (fd < 0) {
            boolean rights = errno == Libc.EACCES || errno == Libc.EPERM;
            throw new Refused(
                    path,
                    Libc.text(errno),
                    rights ? rights(Path.of(path), group) : remedy.apply(errno));
        }
        return fd;
    }

    private static String rights(Path path, String group) {
        String user = System.getProperty("user.name");
        try {
            PosixFileAttributes file = Files.readAttributes(path, PosixFileAttributes.class);
            String owner = file.group().getName();
            String now = PosixFilePermissions.toString(file.permissions());
            boolean root = owner.equals("root");
            return "its rights are %s %s:%s; as root: %s; usermod -aG %s %s; then log in anew"
                    .formatted(
                            now,
                            file.owner().getName(),
                            owner,
                            root
                                    ? "groupadd -f %1$s; chgrp %1$s %2$s; chmod 660 %2$s"
                                            .formatted(group, path)
                                    : "chmod g+rw " + path,
                            root ? group : owner,
                            user);
        } catch (IOException | UnsupportedOperationException e) {
            return "as root: usermod -aG " + group + " " + user + "; then log in anew";
        }
    }
}
