#!/bin/sh
# build.sh OUT - builds the bare programs: bare.elf, tohost.elf, soak.elf.
set -e
here=$(cd "$(dirname "$0")" && pwd)
out=$1
mkdir -p "$out"
cc() {
    elf=$1
    shift
    riscv64-unknown-elf-gcc -march=rv64ima_zicsr_zifencei -mabi=lp64 \
        -mcmodel=medany -ffreestanding -nostdlib -static -O1 -g -Wall -Wextra \
        -Werror -T "$here/link.ld" -o "$out/$elf" "$@"
}
cd "$here"
common="start.S print.c blk.c"
cc bare.elf $common main.c traps.c
cc tohost.elf -DEND_TOHOST $common main.c traps.c
cc soak.elf $common soak.c
