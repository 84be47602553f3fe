#!/bin/sh
# build.sh [OUTDIR] - assembles the guests (default: bin/ beside this script).
# Needs GNU as, ld and objcopy, and GCC for disk.c; the same sources and tools always give the same bytes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/bin}
mkdir -p "$out"
out=$(cd "$out" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C SOURCE_DATE_EPOCH=0

flat() { # SOURCE LINK-ADDRESS OUTPUT [as options]
    src=$1 at=$2 bin=$3
    shift 3
    as --32 -march=i686 -mtune=i686 --fatal-warnings "$@" -o "$tmp/o" "$here/src/$src"
    ld -m elf_i386 -static -nostdlib --build-id=none -z noexecstack -e _start -Ttext "$at" -o "$tmp/elf" "$tmp/o"
    objcopy -O binary -j .text "$tmp/elf" "$tmp/bin"
    mv "$tmp/bin" "$out/$bin"
}

compiled() { # OUTPUT SOURCE...
    bin=$1
    shift
    (cd "$here/src" && gcc -m64 -march=x86-64 -mtune=generic -O2 -std=c11 -Wall -Wextra -Werror -Wno-main \
        -ffreestanding -fno-pic -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
        -fno-tree-loop-distribute-patterns -mcmodel=small -mno-red-zone -mgeneral-regs-only \
        -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-T,flat.ld "$@" -o "$tmp/elf")
    objcopy -O binary -j .text "$tmp/elf" "$tmp/bin"
    mv "$tmp/bin" "$out/$bin"
}

rom() { # GUEST
    cp "$out/$1.bin" "$tmp/guest.bin"
    flat rom.S 0x0 "$1.rom" -I "$tmp"
}

flat monitor.S 0x10000 monitor.bin
flat loops.S 0x10000 loops.bin
rom loops
# The compiler decides about some bytes: disk.* are of GCC 12.2.
compiled disk.bin disk.S disk.c
rom disk
chmod 644 "$out"/*.bin "$out"/*.rom
