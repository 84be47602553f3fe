package io.trapline.acrn;

/**
 * The numbers of {@code linux/acrn.h}, under their names there: ioctls, flags, and the structures as offsets of
 * their fields, a dot in a field's name written as two underscores and an index as three. {@code HsmHeaderTest}
 * compares each with the installed header.
 */
final class Hsm {
    // spotless:off
    //                                                            argument
    static final long ACRN_IOCTL_CREATE_VM             = 0xC030A210L; // acrn_vm_creation, read and written
    static final long ACRN_IOCTL_DESTROY_VM            = 0xA211L;
    static final long ACRN_IOCTL_START_VM              = 0xA212L;
    static final long ACRN_IOCTL_PAUSE_VM              = 0xA213L;
    static final long ACRN_IOCTL_RESET_VM              = 0xA215L;
    static final long ACRN_IOCTL_SET_VCPU_REGS         = 0x4128A216L; // acrn_vcpu_regs
    static final long ACRN_IOCTL_INJECT_MSI            = 0x4010A223L; // acrn_msi_entry
    static final long ACRN_IOCTL_VM_INTR_MONITOR       = 0x4008A224L; // address of a page, pinned
    static final long ACRN_IOCTL_SET_IRQLINE           = 0x4008A225L; // by value: GSI, operation in the high half
    static final long ACRN_IOCTL_NOTIFY_REQUEST_FINISH = 0x4008A231L; // acrn_ioreq_notify
    static final long ACRN_IOCTL_CREATE_IOREQ_CLIENT   = 0xA232L;
    static final long ACRN_IOCTL_ATTACH_IOREQ_CLIENT   = 0xA233L;
    static final long ACRN_IOCTL_DESTROY_IOREQ_CLIENT  = 0xA234L;
    static final long ACRN_IOCTL_CLEAR_VM_IOREQ        = 0xA235L;
    static final long ACRN_IOCTL_SET_MEMSEG            = 0x4020A241L; // acrn_vm_memmap
    static final long ACRN_IOCTL_UNSET_MEMSEG          = 0x4020A242L; // acrn_vm_memmap
    static final long ACRN_IOCTL_SET_PTDEV_INTR        = 0x4014A253L; // acrn_ptdev_irq
    static final long ACRN_IOCTL_RESET_PTDEV_INTR      = 0x4014A254L; // acrn_ptdev_irq
    static final long ACRN_IOCTL_ASSIGN_PCIDEV         = 0x4024A255L; // acrn_pcidev
    static final long ACRN_IOCTL_DEASSIGN_PCIDEV       = 0x4024A256L; // acrn_pcidev
    static final long ACRN_IOCTL_ASSIGN_MMIODEV        = 0x4068A257L; // acrn_mmiodev
    static final long ACRN_IOCTL_DEASSIGN_MMIODEV      = 0x4068A258L; // acrn_mmiodev
    static final long ACRN_IOCTL_CREATE_VDEV           = 0x40C0A259L; // acrn_vdev
    static final long ACRN_IOCTL_DESTROY_VDEV          = 0x40C0A25AL; // acrn_vdev
    static final long ACRN_IOCTL_PM_GET_CPU_STATE      = 0xC008A260L; // u64, read and written
    static final long ACRN_IOCTL_IOEVENTFD             = 0x4020A270L; // acrn_ioeventfd
    static final long ACRN_IOCTL_IRQFD                 = 0x4018A271L; // acrn_irqfd

    static final int ACRN_IO_REQUEST_MAX            = 16;
    static final int ACRN_MEM_ACCESS_RWX            = 0x7;
    static final int ACRN_MEMMAP_RAM                = 0;
    static final int ACRN_MEMMAP_MMIO               = 1;
    static final int ACRN_PTDEV_IRQ_INTX            = 0;
    static final int ACRN_PTDEV_IRQ_MSI             = 1;
    static final int ACRN_PTDEV_IRQ_MSIX            = 2;
    static final int ACRN_PTDEV_QUIRK_ASSIGN        = 1;
    static final int ACRN_MMIODEV_RES_NUM           = 3;
    static final int ACRN_PCI_NUM_BARS              = 6;
    static final int ACRN_IOEVENTFD_FLAG_PIO        = 0x1;
    static final int ACRN_IOEVENTFD_FLAG_DATAMATCH  = 0x2;
    static final int ACRN_IOEVENTFD_FLAG_DEASSIGN   = 0x4;
    static final int ACRN_IRQFD_FLAG_DEASSIGN       = 0x1;

    static final class acrn_vm_creation {
        static final int vmid         = 0;
        static final int vcpu_num     = 4;
        static final int uuid         = 8;  // 16 bytes; of late a name
        static final int vm_flag      = 24;
        static final int ioreq_buf    = 32; // address in this process
        static final int cpu_affinity = 40;
        static final int SIZEOF       = 48;
    }

    static final class acrn_ioreq_notify {
        static final int vmid   = 0;
        static final int vcpu   = 4;
        static final int SIZEOF = 8;
    }

    static final class acrn_vcpu_regs {
        static final int vcpu_id              = 0;
        static final int vcpu_regs__gprs__rsp = 40;
        static final int vcpu_regs__gdt__limit = 136;
        static final int vcpu_regs__gdt__base = 138;
        static final int vcpu_regs__idt__limit = 152;
        static final int vcpu_regs__idt__base = 154;
        static final int vcpu_regs__rip       = 168;
        static final int vcpu_regs__cs_base   = 176;
        static final int vcpu_regs__cr0       = 184;
        static final int vcpu_regs__cr4       = 192;
        static final int vcpu_regs__cr3       = 200;
        static final int vcpu_regs__ia32_efer = 208;
        static final int vcpu_regs__rflags    = 216;
        static final int vcpu_regs__cs_ar     = 256;
        static final int vcpu_regs__cs_limit  = 260;
        static final int vcpu_regs__cs_sel    = 276;
        static final int vcpu_regs__ss_sel    = 278;
        static final int vcpu_regs__ds_sel    = 280;
        static final int vcpu_regs__es_sel    = 282;
        static final int vcpu_regs__fs_sel    = 284;
        static final int vcpu_regs__gs_sel    = 286;
        static final int SIZEOF               = 296;
    }

    static final class acrn_vm_memmap {
        static final int type          = 0;
        static final int attr          = 4;
        static final int user_vm_pa    = 8;
        static final int service_vm_pa = 16;
        static final int vma_base      = 16;
        static final int len           = 24;
        static final int SIZEOF        = 32;
    }

    static final class acrn_ptdev_irq {
        static final int type             = 0;
        static final int virt_bdf         = 4;
        static final int phys_bdf         = 6;
        static final int intx__virt_pin   = 8;
        static final int intx__phys_pin   = 12;
        static final int intx__is_pic_pin = 16;
        static final int SIZEOF           = 20;
    }

    static final class acrn_pcidev {
        static final int type      = 0;
        static final int virt_bdf  = 4;
        static final int phys_bdf  = 6;
        static final int intr_line = 8;
        static final int intr_pin  = 9;
        static final int bar       = 12; // 6 of 4 bytes
        static final int SIZEOF    = 36;
    }

    static final class acrn_mmiodev {
        static final int name                  = 0; // 8 bytes
        static final int res___0__user_vm_pa    = 8;
        static final int res___0__service_vm_pa = 16;
        static final int res___0__size          = 24;
        static final int res___0__mem_type      = 32;
        static final int res___1__user_vm_pa    = 40;
        static final int SIZEOF                 = 104;
    }

    static final class acrn_vdev {
        static final int id__value             = 0;
        static final int id__fields__vendor    = 0;
        static final int id__fields__device    = 2;
        static final int id__fields__legacy_id = 4;
        static final int slot                  = 8;
        static final int io_addr               = 16; // 6 of 4 bytes
        static final int io_size               = 40; // 6 of 4 bytes
        static final int args                  = 64; // 128 bytes
        static final int SIZEOF                = 192;
    }

    static final class acrn_msi_entry {
        static final int msi_addr = 0;
        static final int msi_data = 8;
        static final int SIZEOF   = 16;
    }

    static final class acrn_ioeventfd {
        static final int fd     = 0;
        static final int flags  = 4;
        static final int addr   = 8;
        static final int len    = 16;
        static final int data   = 24;
        static final int SIZEOF = 32;
    }

    static final class acrn_irqfd {
        static final int fd            = 0;
        static final int flags         = 4;
        static final int msi__msi_addr = 8;
        static final int msi__msi_data = 16;
        static final int SIZEOF        = 24;
    }

    static final class acrn_io_request {
        static final int type                                 = 0;
        static final int completion_polling                   = 4;
        static final int reqs__pio_request__direction         = 64;
        static final int reqs__pio_request__address           = 72;
        static final int reqs__pio_request__size              = 80;
        static final int reqs__pio_request__value             = 88;
        static final int reqs__mmio_request__value            = 88;
        static final int reqs__pci_request__value             = 88;
        static final int reqs__pci_request__bus               = 92;
        static final int reqs__pci_request__dev               = 96;
        static final int reqs__pci_request__func              = 100;
        static final int reqs__pci_request__reg               = 104;
        static final int kernel_handled                       = 132;
        static final int processed                            = 136;
        static final int SIZEOF                               = 256;
    }
    // spotless:on

    private Hsm() {}
}
