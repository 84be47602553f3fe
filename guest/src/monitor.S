# monitor.S - a small serial monitor: drives a 16550A at COM1 and takes commands from it.
# Flat image for linear 0x10000, entered in real mode at 1000:0000; it goes to 32-bit
# protected mode at once (flat, no paging) and stays there. It only polls: no interrupt
# is ever enabled. guest/README.md describes the memory map and the commands.
# The RTC, an MC146818A at 0x70 and 0x71, is read only when a command asks for it.

        .set    STACK,   0x9000         # grows down
        .set    RING,    0x9000         # 256 received bytes
        .set    LINE,    0x9100         # the line being typed, NUL-terminated
        .set    LINEMAX, 127
        .set    HEAD,    0x9200         # .long: ring write index, 0..255
        .set    TAIL,    0x9204         # .long: ring read index, 0..255
        .set    LASTRX,  0x9208         # .byte: last received byte (for CR LF)
        .set    IDLE,    0x920c         # .long: reads of LSR since the last byte
        .set    VARS_END, 0x9210
        .set    TIME,    0x9210         # 8 bytes: the time as read, in the order of t_order
        .set    AGAIN,   0x9218         # 8 bytes: and once more

        .set    COM1,    0x3f8
        .set    LCR,     COM1 + 3
        .set    MCR,     COM1 + 4
        .set    LSR,     COM1 + 5
        .set    SCR,     COM1 + 7

        .set    INDEX,   0x70           # of the RTC
        .set    DATA,    0x71
        .set    RTC_A,   0x0a
        .set    RTC_B,   0x0b
        .set    RTC_C,   0x0c
        .set    DM,      0x04           # register B: binary, not BCD
        .set    H24,     0x02           # register B: 24 hours, not 12
        .set    PF,      0x40           # register C: periodic
        .set    UF,      0x10           # register C: update ended
        .set    HOURS,   4              # where they are in t_order

        .set    PACE_ABSENT, 1 << 24    # TSC cycles between two looks for a UART
        .set    PACE_IDLE,   1 << 19    # between two reads of LSR at the prompt
        .set    PACE_FULL,   1 << 15    # between two reads of LSR while THR is full
        .set    PACE_CLOCK,  1 << 15    # between two looks at a flag of the RTC
        .set    PACE_RESET,  1 << 28    # how long a reset may take
        .set    BRISK,       256        # reads of LSR before the prompt slows down

        .text
        .code16
        .globl  _start
_start: cli
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

# ---- no UART (yet, or any more): also reached from the middle of anything ----
absent: mov     $STACK, %esp
        cld
        mov     $HEAD, %edi             # forget what was typed before
        mov     $(VARS_END - HEAD) / 4, %ecx
        xor     %eax, %eax
        rep     stosl
1:      mov     $0x5a, %al              # one write, one read while nothing is there
        call    scratch
        jne     2f
        mov     $0xa5, %al
        call    scratch
        jne     2f
        mov     $LSR, %edx
        in      %dx, %al
        cmp     $0xff, %al
        jne     present
2:      mov     $PACE_ABSENT, %eax
        call    pace
        jmp     1b

present:
        mov     $uart_init, %esi        # 115200 8N1, FIFO on and empty, no interrupts
        mov     $UART_INIT_N, %ecx
        xor     %edx, %edx
1:      lodsw
        mov     $COM1 >> 8, %dh
        mov     %al, %dl
        mov     %ah, %al
        out     %al, %dx
        dec     %ecx
        jnz     1b
        mov     $t_ready, %esi
        call    puts

# ---- the prompt ----
prompt: mov     $STACK, %esp
        mov     $t_prompt, %esi
        call    puts
        call    readline
        mov     $LINE, %esi
        call    blanks
        cmpb    $0, (%esi)
        je      prompt
        mov     $commands, %ebx         # name, handler, usage, help
1:      mov     (%ebx), %edi
        test    %edi, %edi
        jz      unknown
        push    %esi
2:      mov     (%edi), %al
        test    %al, %al
        jz      3f
        cmp     (%esi), %al
        jne     4f
        inc     %esi
        inc     %edi
        jmp     2b
3:      cmpb    $' ', (%esi)            # the word must end here as well
        je      5f
        cmpb    $0, (%esi)
        je      5f
4:      pop     %esi
        add     $16, %ebx
        jmp     1b
5:      pop     %eax
        push    %ebx
        call    *4(%ebx)                # esi = rest of the line; CF: bad arguments
        pop     %ebx
        jnc     prompt
        mov     $t_usage, %esi
        call    puts
        mov     8(%ebx), %esi
        call    puts
        call    crlf
        jmp     prompt
unknown:
        push    %esi
        mov     $t_unknown, %esi
        call    puts
        pop     %esi
1:      lodsb                           # the first word
        cmp     $' ', %al
        jbe     2f
        call    putc
        jmp     1b
2:      call    crlf
        jmp     prompt

# ---- commands ----
c_echo: cmpb    $' ', (%esi)            # all after one blank, as typed
        jne     1f
        inc     %esi
1:      call    puts
        call    crlf
        clc
        ret

c_help: call    ended
        jc      2f
        mov     $commands, %ebx
1:      mov     8(%ebx), %esi
        call    puts
        mov     $t_dash, %esi
        call    puts
        mov     12(%ebx), %esi
        call    puts
        call    crlf
        add     $16, %ebx
        cmpl    $0, (%ebx)
        jne     1b
        clc
2:      ret

c_in:   call    port
        jc      9f
        mov     $1, %bl
        call    width
        jc      9f
        call    ended
        jc      9f
        mov     %edi, %edx
        cmp     $2, %bl
        je      2f
        ja      4f
        in      %dx, %al
        jmp     5f
2:      in      %dx, %ax
        jmp     5f
4:      in      %dx, %eax
5:      call    showval
        clc
9:      ret

c_out:  call    port
        jc      9f
        mov     $1, %bl
        call    valwidth
        jc      9f
        mov     %edi, %edx
        cmp     $2, %bl
        je      2f
        ja      4f
        out     %al, %dx
        jmp     ok
2:      out     %ax, %dx
        jmp     ok
4:      out     %eax, %dx
ok:     mov     $t_ok, %esi
        call    puts
        clc
9:      ret

c_read: call    hexnum
        jc      9f
        mov     %eax, %edi
        mov     $4, %bl
        call    width
        jc      9f
        call    ended
        jc      9f
        cmp     $2, %bl
        je      2f
        ja      4f
        mov     (%edi), %al
        jmp     5f
2:      mov     (%edi), %ax
        jmp     5f
4:      mov     (%edi), %eax
5:      call    showval
        clc
9:      ret

c_write:
        call    hexnum
        jc      9f
        mov     %eax, %edi
        mov     $4, %bl
        call    valwidth
        jc      9f
        cmp     $2, %bl
        je      2f
        ja      4f
        mov     %al, (%edi)
        jmp     ok
2:      mov     %ax, (%edi)
        jmp     ok
4:      mov     %eax, (%edi)
        jmp     ok
9:      ret

c_count:
        call    decnum
        jc      9f
        call    ended
        jc      9f
        mov     %eax, %edi
        xor     %ebp, %ebp
1:      cmp     %edi, %ebp
        je      8f
        inc     %ebp
        mov     %ebp, %eax
        call    dec
        call    crlf
        mov     TAIL, %eax              # sending each byte has looked for keys too
        cmp     HEAD, %eax
        je      1b
        incb    TAIL                    # the key is used up
        mov     $t_stopped, %esi
        call    puts
        mov     %ebp, %eax
        call    dec
        call    crlf
8:      clc
9:      ret

c_time: call    port
        jc      9f
        call    posnum
        jc      9f
        mov     %eax, %ecx
        mov     %eax, %ebp
        rdtsc
        push    %edx
        push    %eax
        mov     %edi, %edx
1:      in      %dx, %al
        dec     %ecx
        jnz     1b
        rdtsc
        mov     $4, %bl
        jmp     timed
9:      ret

c_timem:
        call    hexnum
        jc      9f
        mov     %eax, %edi
        call    posnum
        jc      9f
        mov     %eax, %ecx
        mov     %eax, %ebp
        rdtsc
        push    %edx
        push    %eax
1:      mov     (%edi), %eax
        dec     %ecx
        jnz     1b
        rdtsc
        mov     $8, %bl
        jmp     timed
9:      ret

timed:  pop     %ecx                    # edx:eax - start, over ebp accesses at edi
        sub     %ecx, %eax
        pop     %ecx
        sbb     %ecx, %edx
        push    %eax
        mov     %edx, %eax
        xor     %edx, %edx
        div     %ebp
        pop     %eax
        div     %ebp                    # the quotient's upper half is not shown
        push    %eax
        mov     %edi, %eax
        movzbl  %bl, %ecx
        call    hex
        mov     $t_colon, %esi
        call    puts
        mov     %ebp, %eax
        call    dec
        mov     $t_reads, %esi
        call    puts
        pop     %eax
        call    dec
        mov     $t_each, %esi
        call    puts
        clc
        ret

c_date: call    ended
        jc      9f
1:      mov     $RTC_A, %al             # not while the bytes may change,
        call    cmos
        cmp     $0xff, %al              # (UIP in a held divider: nobody answers)
        je      noclock
        test    %al, %al
        jns     2f
        mov     $PACE_CLOCK, %eax
        call    pace
        jmp     1b
2:      mov     $TIME, %edi             # and twice, in case this took too long
        call    gettime
        call    gettime
        mov     TIME, %eax
        cmp     AGAIN, %eax
        jne     1b
        mov     TIME + 4, %eax
        cmp     AGAIN + 4, %eax
        jne     1b
        xor     %ebp, %ebp
3:      movzbl  TIME(%ebp), %eax
        cmp     $HOURS, %ebp
        jne     5f
        testb   $H24, TIME + 7
        jnz     5f
        mov     %al, %bl                # bit 7: afternoon
        and     $0x7f, %al
        call    plain
        cmp     $12, %eax
        jne     4f
        xor     %eax, %eax
4:      test    %bl, %bl
        jns     6f
        add     $12, %eax
        jmp     6f
5:      call    plain
6:      call    two
        mov     t_between(%ebp), %al
        test    %al, %al
        jz      7f
        call    putc
7:      inc     %ebp
        cmp     $7, %ebp
        jne     3b
        call    crlf
        clc
9:      ret

noclock:
        mov     $t_noclock, %esi
        call    puts
        clc
        ret

gettime:                                # to edi, which it moves on
        mov     $t_order, %esi
        mov     $8, %ecx
1:      lodsb
        call    cmos
        stosb
        dec     %ecx
        jnz     1b
        ret

plain:  testb   $DM, TIME + 7           # eax: two digits of BCD to a number
        jnz     1f
        mov     %eax, %ecx
        shr     $4, %eax
        imul    $10, %eax, %eax
        and     $15, %ecx
        add     %ecx, %eax
1:      ret

c_cmos: call    ended
        jnc     1f
        call    hexnum
        jc      9f
        cmp     $0x80, %eax
        cmc
        jc      9f
        mov     %eax, %edi
        call    ended
        jnc     5f
        call    hexnum
        jc      9f
        call    ended
        jc      9f
        cmp     $0x100, %eax
        cmc
        jc      9f
        xchg    %eax, %edi
        out     %al, $INDEX
        xchg    %eax, %edi
        out     %al, $DATA
        jmp     ok
5:      mov     %edi, %eax
        call    cmos
        mov     $1, %bl
        call    showval
        clc
9:      ret
1:      xor     %edi, %edi              # all of it
2:      test    $15, %edi
        jnz     3f
        mov     %edi, %eax
        mov     $2, %ecx
        call    hex
        mov     $':', %al
        call    putc
3:      mov     $' ', %al
        call    putc
        mov     %edi, %eax
        call    cmos
        mov     $2, %ecx
        call    hex
        inc     %edi
        test    $15, %edi
        jnz     2b
        call    crlf
        cmp     $0x80, %edi
        jne     2b
        clc
        ret

c_ticks:
        call    posnum
        jc      9f
        mov     %eax, %edi
        xor     %ebp, %ebp              # periodic flags
        or      $-1, %ecx               # updates; the first only begins the count
1:      mov     $RTC_C, %al
        call    cmos
        cmp     $0xff, %al              # its low bits are 0 where somebody answers
        je      noclock
        test    $PF, %al
        jz      2f
        inc     %ebp
2:      test    $UF, %al
        jz      4f
        inc     %ecx
        jnz     3f
        xor     %ebp, %ebp
3:      cmp     %edi, %ecx
        je      6f
4:      mov     $LSR, %edx
        in      %dx, %al
        cmp     $0xff, %al
        je      absent
        test    $1, %al
        jz      5f
        call    receive
5:      mov     TAIL, %eax
        cmp     HEAD, %eax
        jne     7f
        mov     $PACE_CLOCK, %eax
        call    pace
        jmp     1b
6:      mov     %ecx, %eax
        call    dec
        mov     $t_updates, %esi
        call    puts
        mov     %ebp, %eax
        call    dec
        mov     $t_periodic, %esi
        call    puts
        clc
        ret
7:      incb    TAIL                    # the key is used up
        mov     %ecx, %edi
        mov     $t_stopped, %esi
        call    puts
        mov     %edi, %eax
        test    %eax, %eax
        jns     8f
        xor     %eax, %eax
8:      call    dec
        call    crlf
        clc
9:      ret

c_halt: call    ended
        jc      9f
        mov     $t_halt, %esi
        call    puts
        call    drain
1:      cli
        hlt
        jmp     1b
9:      ret

c_reset:
        call    ended
        jc      9f
        mov     $t_reset, %esi
        call    puts
        call    drain
        mov     $0xfe, %al
        out     %al, $0x64
        mov     $PACE_RESET, %eax
        call    pace
        mov     $t_noreset, %esi        # nobody listens at port 64
        call    puts
        clc
9:      ret

c_crash:
        call    ended
        jc      9f
        mov     $t_crash, %esi
        call    puts
        call    drain
        lidtl   no_idt                  # a fault that cannot be delivered
        ud2
1:      jmp     1b
9:      ret

# ---- the RTC ----
cmos:   out     %al, $INDEX             # al: index, then the byte; keeps everything else
        in      $DATA, %al
        ret

# ---- arguments: esi runs over the line; CF set = not acceptable ----
blanks: cmpb    $' ', (%esi)
        jne     1f
        inc     %esi
        jmp     blanks
1:      ret

ended:  call    blanks                  # keeps eax, clears CF when the line is over
        cmpb    $1, (%esi)              # borrow only for NUL
        cmc
        ret

wordend:                                # CF clear at a blank or at the end
        cmpb    $' ', (%esi)
        je      1f
        cmpb    $1, (%esi)
        cmc
1:      ret

hexnum: call    blanks                  # eax
        cmpb    $'0', (%esi)
        jne     1f
        movb    1(%esi), %al
        or      $0x20, %al
        cmp     $'x', %al
        jne     1f
        add     $2, %esi
1:      xor     %eax, %eax
        xor     %ecx, %ecx              # digits
2:      movzbl  (%esi), %edx
        sub     $'0', %dl
        cmp     $9, %dl
        jbe     3f
        or      $0x20, %dl
        sub     $'a' - '0', %dl
        cmp     $5, %dl
        ja      4f
        add     $10, %dl
3:      test    $0xf0000000, %eax
        jnz     8f
        shl     $4, %eax
        or      %edx, %eax
        inc     %esi
        inc     %ecx
        jmp     2b
4:      jecxz   8f
        jmp     wordend
8:      stc
        ret

decnum: call    blanks                  # eax
        xor     %eax, %eax
        xor     %ecx, %ecx
1:      movzbl  (%esi), %edx
        sub     $'0', %dl
        cmp     $9, %dl
        ja      2f
        push    %edx
        mov     $10, %edx
        mul     %edx
        test    %edx, %edx
        pop     %edx
        jnz     8f
        add     %edx, %eax
        jc      8f
        inc     %esi
        inc     %ecx
        jmp     1b
2:      jecxz   8f
        jmp     wordend
8:      stc
        ret

posnum: call    decnum                  # the last argument, at least 1
        jc      9f
        call    ended
        jc      9f
        cmp     $1, %eax
9:      ret

port:   call    hexnum                  # edi, at most ffff
        jc      9f
        mov     %eax, %edi
        cmp     $0x10000, %eax
        cmc
9:      ret

width:  call    blanks                  # bl = 1, 2, 4; as it was when none is given
        cmpb    $0, (%esi)
        je      8f
        mov     $1, %bh
        cmpb    $'b', (%esi)
        je      1f
        mov     $2, %bh
        cmpb    $'w', (%esi)
        je      1f
        mov     $4, %bh
        cmpb    $'l', (%esi)
        jne     7f
1:      mov     %bh, %bl
        inc     %esi
8:      clc
        ret
7:      stc
        ret

valwidth:                               # VALUE [b|w|l], the value must fit: eax, bl
        call    hexnum
        jc      9f
        push    %eax
        call    width
        pop     %eax
        jc      9f
        call    ended
        jc      9f
        cmp     $2, %bl
        je      2f
        ja      8f
        cmp     $0x100, %eax
        cmc
        ret
2:      cmp     $0x10000, %eax
        cmc
        ret
8:      clc
9:      ret

# ---- text ----
showval:                                # eax, bl bytes wide
        push    %eax
        mov     $t_equals, %esi
        call    puts
        pop     %eax
        movzbl  %bl, %ecx
        add     %ecx, %ecx
        call    hex
crlf:   mov     $t_crlf, %esi
puts:   lodsb                           # esi
        test    %al, %al
        jz      1f
        call    putc
        jmp     puts
1:      ret

two:    xor     %edx, %edx              # eax, its last two decimal digits
        mov     $100, %ecx
        div     %ecx
        mov     %edx, %eax
        xor     %edx, %edx
        mov     $10, %ecx
        div     %ecx
        push    %edx
        add     $'0', %al
        call    putc
        pop     %eax
        add     $'0', %al
        jmp     putc

hex:    push    %ebx                    # eax, ecx digits
        mov     %eax, %ebx
        push    %ecx
        neg     %ecx
        add     $8, %ecx
        shl     $2, %ecx
        shl     %cl, %ebx
        pop     %ecx
1:      rol     $4, %ebx
        mov     %ebx, %eax
        and     $15, %eax
        mov     t_digit(%eax), %al
        call    putc
        dec     %ecx
        jnz     1b
        pop     %ebx
        ret

dec:    push    %ebx                    # eax, unsigned
        mov     $10, %ebx
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
        pop     %ebx
        ret

readline:
        mov     $LINE, %edi
1:      call    getc
        cmp     $13, %al
        je      5f
        cmp     $10, %al
        je      5f
        cmp     $8, %al
        je      2f
        cmp     $127, %al
        je      2f
        jae     1b
        cmp     $' ', %al
        jb      1b
        cmp     $LINE + LINEMAX, %edi
        jae     1b
        stosb
        call    putc
        jmp     1b
2:      cmp     $LINE, %edi
        je      1b
        dec     %edi
        mov     $t_rubout, %esi
        call    puts
        jmp     1b
5:      movb    $0, (%edi)
        jmp     crlf

# ---- the UART ----
scratch:                                # ZF set when SCR keeps al
        mov     $SCR, %edx
        out     %al, %dx
        mov     %al, %ah
        in      %dx, %al
        cmp     %ah, %al
        ret

putc:   push    %edx                    # al; keeps everything but al and ah
        mov     %al, %ah
1:      mov     $LSR, %edx
        in      %dx, %al
        cmp     $0xff, %al
        je      absent
        test    $1, %al
        jz      2f
        call    receive
2:      test    $0x20, %al
        jz      3f
        mov     $COM1, %edx
        mov     %ah, %al
        out     %al, %dx
        pop     %edx
        ret
3:      push    %eax
        mov     $PACE_FULL, %eax
        call    pace
        pop     %eax
        jmp     1b

getc:   mov     TAIL, %eax              # al
        cmp     HEAD, %eax
        jne     3f
        mov     $LSR, %edx
        in      %dx, %al
        cmp     $0xff, %al
        je      absent
        test    $1, %al
        jz      2f
        call    receive
        jmp     getc
2:      cmpl    $BRISK, IDLE
        jae     4f
        incl    IDLE
        jmp     getc
4:      mov     $PACE_IDLE, %eax
        call    pace
        jmp     getc
3:      mov     RING(%eax), %al
        incb    TAIL
        movl    $0, IDLE
        ret

receive:                                # RBR into the ring; an LF right after a CR is
        push    %eax                    # dropped, and so is what the ring cannot hold
        push    %edx
        mov     $COM1, %edx
        in      %dx, %al
        mov     LASTRX, %ah
        mov     %al, LASTRX
        cmp     $0x0d0a, %ax
        je      1f
        mov     HEAD, %edx
        mov     %al, RING(%edx)
        inc     %dl
        cmp     TAIL, %edx
        je      1f
        mov     %edx, HEAD
1:      pop     %edx
        pop     %eax
        ret

drain:  mov     $LSR, %edx              # until the last byte is on the wire
        in      %dx, %al
        test    $0x40, %al
        jnz     1f
        mov     $PACE_FULL, %eax
        call    pace
        jmp     drain
1:      ret

pace:   push    %ebx                    # wait eax cycles of the TSC; keeps ebx, ecx, edx
        push    %ecx
        push    %edx
        mov     %eax, %ecx
        rdtsc
        mov     %eax, %ebx
1:      pause
        rdtsc
        sub     %ebx, %eax
        cmp     %ecx, %eax
        jb      1b
        pop     %edx
        pop     %ecx
        pop     %ebx
        ret

        .balign 8, 0
gdt:    .quad   0
        .quad   0x00cf9b000000ffff      # 08 code, flat
        .quad   0x00cf93000000ffff      # 10 data, flat
gdtr:   .word   . - gdt - 1
        .long   gdt
no_idt: .word   0
        .long   0
uart_init:                              # low byte of the port, value
        .byte   0xfb, 0x80, 0xf8, 1, 0xf9, 0, 0xfb, 3, 0xf9, 0, 0xfa, 7, 0xfc, 3
        .set    UART_INIT_N, (. - uart_init) / 2
t_order: .byte  0x32, 9, 8, 7, 4, 2, 0, RTC_B   # century, year, month, date, time
t_between: .byte 0, '-', '-', ' ', ':', ':', 0  # what follows each of them

        .balign 4, 0
commands:
        .long   n_echo, c_echo, u_echo, h_echo
        .long   n_in, c_in, u_in, h_in
        .long   n_out, c_out, u_out, h_out
        .long   n_read, c_read, u_read, h_read
        .long   n_write, c_write, u_write, h_write
        .long   n_count, c_count, u_count, h_count
        .long   n_time, c_time, u_time, h_time
        .long   n_timem, c_timem, u_timem, h_timem
        .long   n_date, c_date, n_date, h_date
        .long   n_cmos, c_cmos, u_cmos, h_cmos
        .long   n_ticks, c_ticks, u_ticks, h_ticks
        .long   n_help, c_help, n_help, h_help
        .long   n_halt, c_halt, n_halt, h_halt
        .long   n_reset, c_reset, n_reset, h_reset
        .long   n_crash, c_crash, n_crash, h_crash
        .long   0
n_echo: .asciz  "echo"
u_echo: .asciz  "echo TEXT"
h_echo: .asciz  "print TEXT"
n_in:   .asciz  "in"
u_in:   .asciz  "in PORT [b|w|l]"
h_in:   .asciz  "read a port"
n_out:  .asciz  "out"
u_out:  .asciz  "out PORT VALUE [b|w|l]"
h_out:  .asciz  "write a port"
n_read: .asciz  "read"
u_read: .asciz  "read ADDR [b|w|l]"
h_read: .asciz  "read memory"
n_write: .asciz "write"
u_write: .asciz "write ADDR VALUE [b|w|l]"
h_write: .asciz "write memory"
n_count: .asciz "count"
u_count: .asciz "count N"
h_count: .asciz "print 1 to N, any key stops"
n_time: .asciz  "time"
u_time: .asciz  "time PORT N"
h_time: .asciz  "cycles of N byte reads of a port"
n_timem: .asciz "timem"
u_timem: .asciz "timem ADDR N"
h_timem: .asciz "cycles of N 32-bit reads of memory"
n_date: .asciz  "date"
h_date: .asciz  "the time of the RTC"
n_cmos: .asciz  "cmos"
u_cmos: .asciz  "cmos [INDEX [VALUE]]"
h_cmos: .asciz  "show all bytes of the RTC, read one, write one"
n_ticks: .asciz "ticks"
u_ticks: .asciz "ticks N"
h_ticks: .asciz "count periodic flags in N updates of the RTC, any key stops"
n_help: .asciz  "help"
h_help: .asciz  "this list"
n_halt: .asciz  "halt"
h_halt: .asciz  "stop the processor"
n_reset: .asciz "reset"
h_reset: .asciz "ask port 64 for a reset"
n_crash: .asciz "crash"
h_crash: .asciz "triple fault"
t_ready: .asciz "trapline guest: ready\r\n"
t_prompt: .asciz "> "
t_unknown: .asciz "error: unknown command: "
t_usage: .asciz "error: usage: "
t_dash: .asciz  " - "
t_ok:   .asciz  "ok\r\n"
t_equals: .asciz "= "
t_colon: .asciz ": "
t_reads: .asciz " reads, "
t_each: .asciz  " cycles each\r\n"
t_stopped: .asciz "stopped at "
t_noclock: .asciz "error: no clock\r\n"
t_updates: .asciz " updates, "
t_periodic: .asciz " periodic\r\n"
t_halt: .asciz  "halting\r\n"
t_reset: .asciz "resetting\r\n"
t_noreset: .asciz "error: no reset\r\n"
t_crash: .asciz "crashing\r\n"
t_rubout: .ascii "\b \b"
        .byte   0
t_crlf: .asciz  "\r\n"
t_digit: .ascii "0123456789abcdef"
        .balign 16, 0
