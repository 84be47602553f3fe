# disk.S - entry of the disk guest: from real mode to a program in C in 64-bit mode at privilege level 3.
# Flat image for linear 0x10000, entered in real mode at 1000:0000. Level 3, because a KVM without VMX or SVM
# emulates level 0 instruction by instruction and leaves level 3 to the processor; with IOPL 3 and every page
# of the first 4 GiB a user's, it may do all that a driver needs. Nothing is interrupted: IF stays 0.
# The parameter block is at image offset 0x10; guest/README.md describes it.

        .set    PML4,    0x2000         # page tables to 7fff: 4 GiB one to one, in pages of 2 MiB
        .set    PDPT,    0x3000
        .set    PD,      0x4000
        .set    STACK,   0x9000         # grows down
        .set    USER,    7              # present, writable, user
        .set    LARGE,   0x80
        .set    EFER,    0xc0000080
        .set    LME,     0x100
        .set    SYSENTER_CS, 0x174
        .set    IOPL_3,  0x3000

        .section .head, "ax"
        .code16
        .globl  _start
_start: jmp     enter

        .org    0x10, 0
        .globl  parameters
parameters:
        .ascii  "TDISK001"              # 10
        .long   1                       # 18 transport: 0 memory-mapped registers, 1 PCI
        .long   0xfeb02e00              # 1c address of the registers
        .long   4                       # 20 device number on bus 0
        .long   0                       # 24 kind of load, see disk.c
        .long   1                       # 28 requests in flight
        .long   8                       # 2c sectors a request
        .long   1000                    # 30 requests a batch
        .long   5                       # 34 batches
        .long   0                       # 38 flags
        .long   1                       # 3c seed of the random sectors
        .quad   0                       # 40 first sector
        .quad   0                       # 48 how many sectors; 0: to the end
        .org    0x60, 0

enter:  cli
        cld
        xor     %eax, %eax              # clear the tables
        mov     %ax, %es
        mov     $PML4, %di
        mov     $0x6000 / 4, %cx
        rep     stosl
        lgdtl   %cs:(gdtr - _start)
        mov     %cr0, %eax
        and     $0x9fffffff, %eax       # caches on
        or      $1, %al
        mov     %eax, %cr0
        ljmpl   $0x08, $protected

        .code32
protected:
        mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $STACK, %esp
        movl    $PDPT + USER, PML4
        mov     $PD + USER, %eax
        mov     $PDPT, %edi
        mov     $4, %ecx
1:      mov     %eax, (%edi)
        add     $0x1000, %eax
        add     $8, %edi
        dec     %ecx
        jnz     1b
        mov     $LARGE + USER, %eax
        mov     $PD, %edi
        mov     $2048, %ecx
2:      mov     %eax, (%edi)
        add     $0x200000, %eax
        add     $8, %edi
        dec     %ecx
        jnz     2b

        mov     %cr4, %eax
        or      $0x620, %eax            # PAE; OSFXSR, OSXMMEXCPT
        mov     %eax, %cr4
        mov     $PML4, %eax
        mov     %eax, %cr3
        mov     $EFER, %ecx
        rdmsr
        or      $LME, %eax
        wrmsr
        mov     %cr0, %eax
        or      $0x80010000, %eax       # PG, WP
        mov     %eax, %cr0
        ljmpl   $0x18, $long

        .code64
long:   mov     $SYSENTER_CS, %ecx      # sysexit takes its selectors from there: +32 code, +40 data
        mov     $0x18, %eax
        xor     %edx, %edx
        wrmsr
        push    $IOPL_3 + 2
        popfq
        mov     $main, %edx
        mov     $STACK - 8, %ecx
        sysexitq

        .globl  parameters_end
        .balign 8, 0
gdt:    .quad   0
        .quad   0x00cf9b000000ffff      # 08 code, 32 bits
        .quad   0x00cf93000000ffff      # 10 data
        .quad   0x00af9b000000ffff      # 18 code, 64 bits
        .quad   0x00cf93000000ffff      # 20 stack of sysenter, which nobody makes
        .quad   0x00cffb000000ffff      # 28 code, 32 bits, level 3
        .quad   0x00cff3000000ffff      # 30 data, level 3
        .quad   0x00affb000000ffff      # 38 code, 64 bits, level 3
        .quad   0x00cff3000000ffff      # 40 data, level 3
gdtr:   .word   . - gdt - 1
        .long   gdt
        .section .note.GNU-stack, "", @progbits
