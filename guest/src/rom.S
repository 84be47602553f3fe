# rom.S - 64 KiB BIOS image around a flat guest, guest.bin: the guest at offset 0 (so offsets inside
# it are the same in both files), a copy stub at ff00, the reset vector at fff0.
        .text
        .code16
        .globl  _start
_start: .incbin "guest.bin"
        .org    0xff00, 0               # fails to assemble if the guest is larger
stub:   cli
        cld
        mov     $0xf000, %ax
        mov     %ax, %ds
        mov     $0x1000, %ax
        mov     %ax, %es
        xor     %si, %si
        xor     %di, %di
        mov     $0xff00 / 4, %cx
        rep     movsl
        ljmp    $0x1000, $0
        .org    0xfff0, 0
        ljmp    $0xf000, $0xff00
        .org    0x10000, 0
