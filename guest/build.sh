#!/bin/sh
# build.sh [OUTDIR] - assembles the guests (default: bin/ beside this script).
# Needs GNU as, ld and objcopy; the same sources always give the same bytes.
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

flat monitor.S 0x10000 monitor.bin
flat loops.S 0x10000 loops.bin
flat rom.S 0x0 loops.rom -I "$out"
chmod 644 "$out"/monitor.bin "$out"/loops.bin "$out"/loops.rom
