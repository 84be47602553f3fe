package io.trapline.acrn;

import io.trapline.linux.Libc;

/** The ioctls of {@code /dev/acrn_hsm}, and why each is refused: errno alone does not tell. */
enum Ioctl {
    // spotless:off
    CREATE_VM            (Hsm.ACRN_IOCTL_CREATE_VM,
        "the hypervisor has no User VM of that name in its configuration and no slot free for another, or a processor"
        + " of the affinity is not a User VM's, or it does not take the page of requests; dmesg says which"),
    DESTROY_VM           (Hsm.ACRN_IOCTL_DESTROY_VM,           "the User VM is not paused"),
    START_VM             (Hsm.ACRN_IOCTL_START_VM,
        "the User VM is not just created or reset: a paused one cannot go on"),
    PAUSE_VM             (Hsm.ACRN_IOCTL_PAUSE_VM,             "the hypervisor has lost the User VM"),
    RESET_VM             (Hsm.ACRN_IOCTL_RESET_VM,             "the User VM is not paused"),
    SET_VCPU_REGS        (Hsm.ACRN_IOCTL_SET_VCPU_REGS,
        "the User VM runs already, or CR0, CR4 and EFER do not go together"),
    SET_MEMSEG           (Hsm.ACRN_IOCTL_SET_MEMSEG,
        "the range is mapped already, or the hypervisor has no page left for its tables"),
    UNSET_MEMSEG         (Hsm.ACRN_IOCTL_UNSET_MEMSEG,         "the range is not mapped as device memory"),
    CREATE_IOREQ_CLIENT  (Hsm.ACRN_IOCTL_CREATE_IOREQ_CLIENT,  "the kernel has no memory"),
    ATTACH_IOREQ_CLIENT  (Hsm.ACRN_IOCTL_ATTACH_IOREQ_CLIENT,  "the default client has been destroyed"),
    DESTROY_IOREQ_CLIENT (Hsm.ACRN_IOCTL_DESTROY_IOREQ_CLIENT, "the User VM is gone"),
    NOTIFY_REQUEST_FINISH(Hsm.ACRN_IOCTL_NOTIFY_REQUEST_FINISH, "the hypervisor has lost the User VM"),
    CLEAR_VM_IOREQ       (Hsm.ACRN_IOCTL_CLEAR_VM_IOREQ,       "the User VM is gone"),
    SET_IRQLINE          (Hsm.ACRN_IOCTL_SET_IRQLINE,
        "the GSI is none of the User VM's I/O APIC, which has 48 pins, or its interrupt controller is passed through"),
    INJECT_MSI           (Hsm.ACRN_IOCTL_INJECT_MSI,           "the address is not 0xFEExxxxx"),
    VM_INTR_MONITOR      (Hsm.ACRN_IOCTL_VM_INTR_MONITOR,      "the User VM has no device passed through"),
    SET_PTDEV_INTR       (Hsm.ACRN_IOCTL_SET_PTDEV_INTR,
        "the physical pin is in use, or belongs to another VM"),
    RESET_PTDEV_INTR     (Hsm.ACRN_IOCTL_RESET_PTDEV_INTR,     "the interrupt was not set"),
    ASSIGN_PCIDEV        (Hsm.ACRN_IOCTL_ASSIGN_PCIDEV,
        "the physical function does not exist, is the Service VM's still (bind it to pci-stub or vfio-pci first), or"
        + " another VM has it"),
    DEASSIGN_PCIDEV      (Hsm.ACRN_IOCTL_DEASSIGN_PCIDEV,      "the function was not assigned"),
    ASSIGN_MMIODEV       (Hsm.ACRN_IOCTL_ASSIGN_MMIODEV,       "the hypervisor does not know the device, or another VM has it"),
    DEASSIGN_MMIODEV     (Hsm.ACRN_IOCTL_DEASSIGN_MMIODEV,     "the device was not assigned"),
    CREATE_VDEV          (Hsm.ACRN_IOCTL_CREATE_VDEV,          "this hypervisor does not emulate that device, or the slot is taken"),
    DESTROY_VDEV         (Hsm.ACRN_IOCTL_DESTROY_VDEV,         "the device was not created"),
    IOEVENTFD            (Hsm.ACRN_IOCTL_IOEVENTFD,            "the range is no range, or the descriptor no eventfd"),
    IRQFD                (Hsm.ACRN_IOCTL_IRQFD,                "the descriptor is no eventfd, or is used already");
    // spotless:on

    final long number;
    private final String usual;

    Ioctl(long number, String usual) {
        this.number = number;
        this.usual = usual;
    }

    /** Why it is mostly refused, by errno. */
    String likely(int errno) {
        return switch (errno) {
            case Libc.ENOTTY ->
                    "this driver or hypervisor does not know the call, or the User VM is gone";
            case Libc.ENOMEM -> "the Service VM has no memory left for it, or no large piece of it";
            case Libc.EFAULT -> "a page that cannot be pinned";
            case Libc.EEXIST -> "it is there already";
            case Libc.EINVAL ->
                    this == CREATE_VM
                            ? usual
                            : "the driver finds an argument wrong, or has no VM yet";
            default -> usual;
        };
    }

    /** Its name in the header. */
    String header() {
        return "ACRN_IOCTL_" + name();
    }
}
