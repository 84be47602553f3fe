# loops.S - measuring guest: one tight loop of device accesses, run in timed batches.
# Flat image for linear 0x10000, entered in real mode at 1000:0000; the loops run in
# 32-bit protected mode (flat, no paging, interrupts off, nothing but polling).
# The parameter block is at image offset 0x10; guest/README.md describes it.

        .set    BASE,    0x10000
        .set    STACK,   0x9000         # grows down
        .set    COM1,    0x3f8
        .set    MARK_B,  0x5f0          # batch begins (byte: kind)
        .set    MARK_E,  0x5f1          # batch ends   (byte: kind)
        .set    CYC_LO,  0x5f4          # rdtsc difference, low 32 bits
        .set    CYC_HI,  0x5f8          # rdtsc difference, high 32 bits
        .set    FINISH,  0xf4
        .set    FIN_VAL, 0x31           # QEMU's isa-debug-exit turns it into status 99
        .set    PATIENCE, 100000        # LSR reads before a byte is sent regardless

        .text
        .code16
        .globl  _start
_start: jmp     enter

        .org    0x10, 0
magic:  .ascii  "TLOOPS01"              # 10
kind:   .long   1                       # 18 which loop, see kinds
count:  .long   10000                   # 1c accesses per batch
batches: .long  5                       # 20 batches, 0 = without end
port_a: .long   0x3fd                   # 24 port of kinds 1 and 4
port_i: .long   0x70                    # 28 index port of kind 3, at most ff
port_d: .long   0x71                    # 2c data port of kind 3, at most ff
value:  .long   0x0d                    # 30 index of kind 3; value written by 4 and 5
mmio:   .long   0xfed00000              # 34 address of kinds 2 and 5
        .org    0x40, 0

enter:  cli
        cld
        lgdtl   %cs:(gdtr - _start)
        mov     %cr0, %eax
        and     $0x9fffffff, %eax       # caches on
        or      $1, %al
        mov     %eax, %cr0
        ljmpl   $0x08, $pm

        .code32
pm:     mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $STACK, %esp

        mov     $COM1 + 3, %edx         # 115200 8N1, FIFO on, no interrupts
        mov     $0x80, %al
        out     %al, %dx
        mov     $COM1, %edx
        mov     $1, %al
        out     %al, %dx
        inc     %edx
        xor     %eax, %eax
        out     %al, %dx
        mov     $COM1 + 3, %edx
        mov     $3, %al
        out     %al, %dx
        mov     $COM1 + 1, %edx
        xor     %eax, %eax
        out     %al, %dx
        inc     %edx
        mov     $7, %al
        out     %al, %dx

        mov     port_i, %al             # the pair's ports are immediates
        mov     %al, pair_i + 1
        mov     port_d, %al
        mov     %al, pair_d + 1

        mov     $t_head, %esi
        call    puts
        mov     kind, %eax
        call    dec
        mov     $t_acc, %esi
        call    puts
        mov     count, %eax
        call    dec
        mov     $t_bat, %esi
        call    puts
        mov     batches, %eax
        call    dec
        call    crlf

        cmpl    $NKINDS, kind
        jae     bad
        cmpl    $0, count
        je      bad

        xor     %ebp, %ebp              # batch number
batch:  inc     %ebp
        mov     $MARK_B, %edx
        mov     kind, %eax
        out     %al, %dx
        mov     kind, %eax
        call    *kinds(, %eax, 4)       # gives edi:esi = cycles
        mov     $MARK_E, %edx
        mov     kind, %eax
        out     %al, %dx
        mov     $CYC_LO, %edx
        mov     %esi, %eax
        out     %eax, %dx
        mov     $CYC_HI, %edx
        mov     %edi, %eax
        out     %eax, %dx

        push    %esi
        mov     $t_batch, %esi
        call    puts
        mov     %ebp, %eax
        call    dec
        mov     $t_cyc, %esi
        call    puts
        mov     %edi, %eax
        call    hex
        pop     %eax
        call    hex
        call    crlf
        cmp     batches, %ebp           # 0 is never reached in practice
        jne     batch
        mov     $t_done, %esi
        jmp     finish
bad:    mov     $t_bad, %esi
finish: call    puts
        mov     $FINISH, %edx
        mov     $FIN_VAL, %al
        out     %al, %dx
1:      cli
        hlt
        jmp     1b

# ---- the loops: parameters are in registers, so the access is all they touch ----
        .macro  BEGIN
        mov     count, %ecx
        rdtsc
        mov     %eax, %esi
        mov     %edx, %edi
        .endm
        .macro  END
        rdtsc
        sub     %esi, %eax
        sbb     %edi, %edx
        mov     %eax, %esi
        mov     %edx, %edi
        ret
        .endm

k_empty:                                # 0
        BEGIN
1:      dec     %ecx
        jnz     1b
        END
k_in:   BEGIN                           # 1
        mov     port_a, %edx
1:      in      %dx, %al
        dec     %ecx
        jnz     1b
        END
k_mmio: mov     mmio, %ebx              # 2
        BEGIN
1:      mov     (%ebx), %eax
        dec     %ecx
        jnz     1b
        END
k_pair: mov     value, %bl              # 3
        BEGIN
1:      mov     %bl, %al
pair_i: out     %al, $0x70
pair_d: in      $0x71, %al
        dec     %ecx
        jnz     1b
        END
k_out:  BEGIN                           # 4
        mov     port_a, %edx
        mov     value, %eax
1:      out     %al, %dx
        dec     %ecx
        jnz     1b
        END
k_mmiow: mov    mmio, %ebx              # 5
        BEGIN
        mov     value, %eax
1:      mov     %eax, (%ebx)
        dec     %ecx
        jnz     1b
        END

# ---- text, outside the measured part ----
crlf:   mov     $t_crlf, %esi
puts:   lodsb
        test    %al, %al
        jz      1f
        call    putc
        jmp     puts
1:      ret

putc:   push    %edx
        push    %ecx
        mov     %al, %ah
        mov     $COM1 + 5, %edx
        mov     $PATIENCE, %ecx
1:      in      %dx, %al
        test    $0x20, %al
        jnz     2f
        dec     %ecx
        jnz     1b
2:      mov     %ah, %al
        mov     $COM1, %edx
        out     %al, %dx
        pop     %ecx
        pop     %edx
        ret

hex:    mov     $8, %ecx                # eax, 8 digits
        mov     %eax, %ebx
1:      rol     $4, %ebx
        mov     %ebx, %eax
        and     $15, %eax
        mov     t_digit(%eax), %al
        call    putc
        dec     %ecx
        jnz     1b
        ret

dec:    mov     $10, %ebx               # eax, unsigned decimal
        xor     %ecx, %ecx
1:      xor     %edx, %edx
        div     %ebx
        push    %edx
        inc     %ecx
        test    %eax, %eax
        jnz     1b
2:      pop     %eax
        add     $'0', %al
        call    putc
        dec     %ecx
        jnz     2b
        ret

        .balign 8, 0
kinds:  .long   k_empty, k_in, k_mmio, k_pair, k_out, k_mmiow
        .set    NKINDS, (. - kinds) / 4
gdt:    .quad   0
        .quad   0x00cf9b000000ffff      # 08 code, flat
        .quad   0x00cf93000000ffff      # 10 data, flat
gdtr:   .word   . - gdt - 1
        .long   gdt
t_head: .asciz  "loops: kind "
t_acc:  .asciz  " accesses "
t_bat:  .asciz  " batches "
t_batch: .asciz "batch "
t_cyc:  .asciz  " cycles "
t_done: .asciz  "loops: done\r\n"
t_bad:  .asciz  "loops: bad parameters\r\n"
t_crlf: .asciz  "\r\n"
t_digit: .ascii "0123456789abcdef"
        .balign 16, 0
