package io.trapline.kvm;

import io.trapline.linux.Libc;

/** What an administrator does when {@code /dev/kvm} does not open, and it is not for lack of rights. */
final class Remedy {
    private Remedy() {}

    static String of(String path, int errno) {
        return switch (errno) {
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
}
