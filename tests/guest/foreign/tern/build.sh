#!/bin/sh
# build.sh OUT_DIR - makes OUT_DIR/tern.elf, as rv64gc.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
mkdir -p "$out"
prefix=riscv64-unknown-elf-
flags="-march=rv64gc_zicsr_zifencei -mabi=lp64d -mcmodel=medany -O2 -g
    -Wall -Wextra
    -Wno-array-bounds -Werror -ffreestanding -fno-tree-loop-distribute-patterns
    -fno-omit-frame-pointer -nostdlib -static -Wl,--no-warn-rwx-segments"
# shellcheck disable=SC2086
{
    ${prefix}gcc $flags -T "$here/user.ld" "$here/user.c" \
        -o "$out/tern-user.elf" -lgcc
    ${prefix}objcopy -O binary "$out/tern-user.elf" "$out/tern-user.bin"
    ${prefix}gcc $flags -DUSER_IMAGE="\"$out/tern-user.bin\"" \
        -T "$here/kernel.ld" "$here"/*.S "$here/machine.c" "$here/memory.c" \
        "$here/process.c" "$here/trap.c" "$here/device.c" "$here/disk.c" \
        -o "$out/tern.elf" -lgcc
}
