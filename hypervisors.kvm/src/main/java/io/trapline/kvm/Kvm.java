package io.trapline.kvm;

/**
 * The numbers of {@code linux/kvm.h} that we use, under the header's own names, so that the two can be laid
 * side by side. A nested class is a C structure: its constants are the offsets of the fields, two underscores
 * standing for the dot of a field inside a field, and {@code SIZEOF} is its length in bytes.
 *
 * <p>Everything is little-endian and x86-64. {@code KvmHeaderTest} compares every constant with the installed
 * header.
 */
final class Kvm {
    private Kvm() {}

    /** The only version there is; the header has it as {@code KVM_API_VERSION}. */
    static final int KVM_API_VERSION = 12;

    // spotless:off
    // Requests on /dev/kvm itself
    static final long KVM_GET_API_VERSION           = 0xAE00L;
    static final long KVM_CREATE_VM                 = 0xAE01L;
    static final long KVM_CHECK_EXTENSION           = 0xAE03L;
    static final long KVM_GET_VCPU_MMAP_SIZE        = 0xAE04L;
    static final long KVM_GET_SUPPORTED_CPUID       = 0xC008AE05L;

    // Requests on a machine
    static final long KVM_CREATE_VCPU               = 0xAE41L;
    static final long KVM_SET_USER_MEMORY_REGION    = 0x4020AE46L;
    static final long KVM_SET_TSS_ADDR              = 0xAE47L;
    static final long KVM_SET_IDENTITY_MAP_ADDR     = 0x4008AE48L;
    static final long KVM_CREATE_IRQCHIP            = 0xAE60L;
    static final long KVM_IRQ_LINE                  = 0x4008AE61L;
    static final long KVM_GET_IRQCHIP               = 0xC208AE62L;
    static final long KVM_SET_IRQCHIP               = 0x8208AE63L;
    static final long KVM_REGISTER_COALESCED_MMIO   = 0x4010AE67L;
    static final long KVM_UNREGISTER_COALESCED_MMIO = 0x4010AE68L;
    static final long KVM_CREATE_PIT2               = 0x4040AE77L;
    static final long KVM_IOEVENTFD                 = 0x4040AE79L;
    static final long KVM_GET_PIT2                  = 0x8070AE9FL;
    static final long KVM_SET_PIT2                  = 0x4070AEA0L;
    static final long KVM_SIGNAL_MSI                = 0x4020AEA5L;

    // Requests on a vCPU
    static final long KVM_RUN                       = 0xAE80L;
    static final long KVM_GET_REGS                  = 0x8090AE81L;
    static final long KVM_SET_REGS                  = 0x4090AE82L;
    static final long KVM_GET_SREGS                 = 0x8138AE83L;
    static final long KVM_SET_SREGS                 = 0x4138AE84L;
    static final long KVM_TRANSLATE                 = 0xC018AE85L;
    static final long KVM_GET_MSRS                  = 0xC008AE88L;
    static final long KVM_SET_MSRS                  = 0x4008AE89L;
    static final long KVM_GET_LAPIC                 = 0x8400AE8EL;
    static final long KVM_SET_LAPIC                 = 0x4400AE8FL;
    static final long KVM_SET_CPUID2                = 0x4008AE90L;
    static final long KVM_GET_MP_STATE              = 0x8004AE98L;
    static final long KVM_SET_MP_STATE              = 0x4004AE99L;
    static final long KVM_GET_VCPU_EVENTS           = 0x8040AE9FL;
    static final long KVM_SET_VCPU_EVENTS           = 0x4040AEA0L;
    static final long KVM_GET_DEBUGREGS             = 0x8080AEA1L;
    static final long KVM_SET_DEBUGREGS             = 0x4080AEA2L;
    static final long KVM_GET_XSAVE                 = 0x9000AEA4L;
    static final long KVM_SET_XSAVE                 = 0x5000AEA5L;
    static final long KVM_GET_XCRS                  = 0x8188AEA6L;
    static final long KVM_SET_XCRS                  = 0x4188AEA7L;

    // Capabilities
    static final int KVM_CAP_IRQCHIP                = 0;
    static final int KVM_CAP_USER_MEMORY            = 3;
    static final int KVM_CAP_SET_TSS_ADDR           = 4;
    static final int KVM_CAP_EXT_CPUID              = 7;
    static final int KVM_CAP_MP_STATE               = 14;
    static final int KVM_CAP_COALESCED_MMIO         = 15;
    static final int KVM_CAP_IRQFD                  = 32;
    static final int KVM_CAP_PIT2                   = 33;
    static final int KVM_CAP_PIT_STATE2             = 35;
    static final int KVM_CAP_IOEVENTFD              = 36;
    static final int KVM_CAP_SET_IDENTITY_MAP_ADDR  = 37;
    static final int KVM_CAP_VCPU_EVENTS            = 41;
    static final int KVM_CAP_DEBUGREGS              = 50;
    static final int KVM_CAP_XSAVE                  = 55;
    static final int KVM_CAP_XCRS                   = 56;
    static final int KVM_CAP_MAX_VCPUS              = 66;
    static final int KVM_CAP_TSC_DEADLINE_TIMER     = 72;
    static final int KVM_CAP_SIGNAL_MSI             = 77;
    static final int KVM_CAP_IMMEDIATE_EXIT         = 136;
    static final int KVM_CAP_COALESCED_PIO          = 162;

    // Why KVM_RUN returned
    static final int KVM_EXIT_IO                    = 2;
    static final int KVM_EXIT_HLT                   = 5;
    static final int KVM_EXIT_MMIO                  = 6;
    static final int KVM_EXIT_SHUTDOWN              = 8;
    static final int KVM_EXIT_FAIL_ENTRY            = 9;
    static final int KVM_EXIT_INTERNAL_ERROR        = 17;
    static final int KVM_EXIT_SYSTEM_EVENT          = 24;
    static final int KVM_EXIT_IO_IN                 = 0;
    static final int KVM_EXIT_IO_OUT                = 1;
    static final int KVM_INTERNAL_ERROR_EMULATION   = 1;
    static final int KVM_INTERNAL_ERROR_SIMUL_EX    = 2;
    static final int KVM_INTERNAL_ERROR_DELIVERY_EV = 3;
    static final int KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON             = 4;
    static final long KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES  = 1;
    static final int KVM_SYSTEM_EVENT_SHUTDOWN      = 1;
    static final int KVM_SYSTEM_EVENT_RESET         = 2;

    // Flags and values
    static final int KVM_IOEVENTFD_FLAG_DATAMATCH   = 1;
    static final int KVM_IOEVENTFD_FLAG_PIO         = 2;
    static final int KVM_IOEVENTFD_FLAG_DEASSIGN    = 4;
    static final int KVM_IRQCHIP_PIC_MASTER         = 0;
    static final int KVM_IRQCHIP_PIC_SLAVE          = 1;
    static final int KVM_IRQCHIP_IOAPIC             = 2;
    static final int KVM_IOAPIC_NUM_PINS            = 24;
    static final int KVM_PIT_SPEAKER_DUMMY          = 1;

    static final class kvm_run {
        static final int immediate_exit             = 1;
        static final int exit_reason                = 8;
        static final int io__direction              = 32;
        static final int io__size                   = 33;
        static final int io__port                   = 34;
        static final int io__count                  = 36;
        static final int io__data_offset            = 40;
        static final int mmio__phys_addr            = 32;
        static final int mmio__data                 = 40;
        static final int mmio__len                  = 48;
        static final int mmio__is_write             = 52;
        static final int internal__suberror         = 32;
        static final int internal__ndata            = 36;
        static final int emulation_failure__flags   = 40;
        static final int emulation_failure__insn_size  = 48;
        static final int emulation_failure__insn_bytes = 49;
        static final int fail_entry__hardware_entry_failure_reason = 32;
        static final int system_event__type         = 32;
    }

    static final class kvm_coalesced_mmio_ring {
        static final int first                      = 0;
        static final int last                       = 4;
        static final int coalesced_mmio             = 8;
    }

    static final class kvm_coalesced_mmio {
        static final int phys_addr                  = 0;
        static final int len                        = 8;
        static final int pio                        = 12;
        static final int data                       = 16;
        static final int SIZEOF                     = 24;
    }

    static final class kvm_coalesced_mmio_zone {
        static final int addr                       = 0;
        static final int size                       = 8;
        static final int pio                        = 12;
        static final int SIZEOF                     = 16;
    }

    static final class kvm_ioeventfd {
        static final int datamatch                  = 0;
        static final int addr                       = 8;
        static final int len                        = 16;
        static final int fd                         = 20;
        static final int flags                      = 24;
        static final int SIZEOF                     = 64;
    }

    static final class kvm_irq_level {
        static final int irq                        = 0;
        static final int level                      = 4;
        static final int SIZEOF                     = 8;
    }

    static final class kvm_msi {
        static final int address_lo                 = 0;
        static final int address_hi                 = 4;
        static final int data                       = 8;
        static final int SIZEOF                     = 32;
    }

    static final class kvm_userspace_memory_region {
        static final int slot                       = 0;
        static final int guest_phys_addr            = 8;
        static final int memory_size                = 16;
        static final int userspace_addr             = 24;
        static final int SIZEOF                     = 32;
    }

    static final class kvm_irqchip {
        static final int chip_id                    = 0;
        static final int SIZEOF                     = 520;
    }

    static final class kvm_pit_config {
        static final int flags                      = 0;
        static final int SIZEOF                     = 64;
    }

    static final class kvm_pit_state2 {
        static final int SIZEOF                     = 112;
    }

    static final class kvm_cpuid2 {
        static final int nent                       = 0;
        static final int entries                    = 8;
    }

    static final class kvm_cpuid_entry2 {
        static final int function                   = 0;
        static final int index                      = 4;
        static final int eax                        = 12;
        static final int ebx                        = 16;
        static final int ecx                        = 20;
        static final int edx                        = 24;
        static final int SIZEOF                     = 40;
    }

    static final class kvm_msrs {
        static final int nmsrs                      = 0;
        static final int entries                    = 8;
    }

    static final class kvm_msr_entry {
        static final int index                      = 0;
        static final int data                       = 8;
        static final int SIZEOF                     = 16;
    }

    static final class kvm_regs {
        static final int rax                        = 0;
        static final int rbx                        = 8;
        static final int rcx                        = 16;
        static final int rdx                        = 24;
        static final int rsi                        = 32;
        static final int rdi                        = 40;
        static final int rsp                        = 48;
        static final int rbp                        = 56;
        static final int r8                         = 64;
        static final int r9                         = 72;
        static final int r10                        = 80;
        static final int r11                        = 88;
        static final int r12                        = 96;
        static final int r13                        = 104;
        static final int r14                        = 112;
        static final int r15                        = 120;
        static final int rip                        = 128;
        static final int rflags                     = 136;
        static final int SIZEOF                     = 144;
    }

    static final class kvm_sregs {
        static final int cs                         = 0;
        static final int ds                         = 24;
        static final int es                         = 48;
        static final int fs                         = 72;
        static final int gs                         = 96;
        static final int ss                         = 120;
        static final int gdt                        = 192;
        static final int idt                        = 208;
        static final int cr0                        = 224;
        static final int cr2                        = 232;
        static final int cr3                        = 240;
        static final int cr4                        = 248;
        static final int efer                       = 264;
        static final int SIZEOF                     = 312;
    }

    static final class kvm_segment {
        static final int base                       = 0;
        static final int limit                      = 8;
        static final int selector                   = 12;
        static final int type                       = 14;
        static final int present                    = 15;
        static final int dpl                        = 16;
        static final int db                         = 17;
        static final int s                          = 18;
        static final int l                          = 19;
        static final int g                          = 20;
        static final int unusable                   = 22;
    }

    static final class kvm_dtable {
        static final int base                       = 0;
        static final int limit                      = 8;
    }

    static final class kvm_translation {
        static final int linear_address             = 0;
        static final int physical_address           = 8;
        static final int valid                      = 16;
        static final int SIZEOF                     = 24;
    }

    static final class kvm_xsave {
        static final int SIZEOF                     = 4096;
    }

    static final class kvm_xcrs {
        static final int SIZEOF                     = 392;
    }

    static final class kvm_debugregs {
        static final int SIZEOF                     = 128;
    }

    static final class kvm_vcpu_events {
        static final int SIZEOF                     = 64;
    }

    static final class kvm_lapic_state {
        static final int SIZEOF                     = 1024;
    }

    static final class kvm_mp_state {
        static final int mp_state                   = 0;
        static final int SIZEOF                     = 4;
    }
    // spotless:on
}
