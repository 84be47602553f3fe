package io.trapline.kvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** What an administrator does when {@code /dev/kvm} does not open. */
final class Remedy {
    private Remedy() {}

    static String of(String path, int errno) {
        return switch (errno) {
            case Libc.EACCES, Libc.EPERM -> rights(path);
            case Libc.ENOENT ->
                    "switch on virtualisation (VT-x or AMD-V) in the firmware, then load the module:"
                            + " modprobe kvm_intel, or modprobe kvm_amd; inside a virtual machine,"
                            + " nested virtualisation has to be on; in a container, pass the device:"
                            + " --device "
                            + path;
            case Libc.EBUSY -> "another hypervisor holds the processor's virtualisation: stop it";
            default -> "see the kernel's log: dmesg | grep -i kvm";
        };
    }

    private static String rights(String path) {
        String user = System.getProperty("user.name");
        try {
            PosixFileAttributes file =
                    Files.readAttributes(Path.of(path), PosixFileAttributes.class);
            String group = file.group().getName();
            String now =
                    PosixFilePermissions.toString(file.permissions())
                            + " "
                            + file.owner().getName()
                            + ":"
                            + group;
            String open =
                    group.equals("root")
                            ? "as root: groupadd -f kvm; chgrp kvm " + path + "; chmod 660 " + path
                            : "as root: chmod g+rw " + path;
            return "its rights are "
                    + now
                    + "; "
                    + open
                    + "; usermod -aG "
                    + (group.equals("root") ? "kvm" : group)
                    + " "
                    + user
                    + "; then log in anew";
        } catch (IOException | UnsupportedOperationException e) {
            return "as root: usermod -aG kvm " + user + "; then log in anew";
        }
    }
}
