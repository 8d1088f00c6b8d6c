#!/usr/bin/env bash
# boot.sh - boots the guest on one of two machines, runs a program and prints
# the console from the kernel's first line on; ends with the guest's status.
#
#   boot.sh MACHINE KERNEL INITRD PROGRAM [ARGUMENT...]
#
# MACHINE is the path of a sallyport binary, or `qemu`. Standard input is the
# console's. LAYOUT=shared chooses the kernel's other layout; LIMIT (seconds,
# 120) ends a machine that hangs, with status 124.
set -uo pipefail
[ $# -ge 4 ] || {
    echo "usage: boot.sh MACHINE KERNEL INITRD PROGRAM [ARGUMENT...]" >&2
    exit 2
}
machine=$1 kernel=$2 initrd=$3
shift 3
layout=${LAYOUT:-separate} limit=${LIMIT:-120}
# QEMU's firmware speaks before the kernel, and OpenSBI 1.6 also in between, of
# each privileged instruction that a program tried.
first_line='/^sallyport kernel: /,$ {
    s|system_opcode_insn: Invalid opcode for CSR read/write instruction||
    p
}'

if [ "$machine" != qemu ]; then
    # With sanitizers on: what the engine leaks is not ours to answer for.
    export LSAN_OPTIONS=suppressions=$(dirname "$(readlink -f "$0")")/lsan.supp:print_suppressions=0
    timeout "$limit" "$machine" run --kernel "$kernel" --initrd "$initrd" \
        --kernel-arg layout="$layout" -- "$@" | sed -n "$first_line"
    exit "${PIPESTATUS[0]}"
fi

# The boot page, as emu/platform/platform.h describes it.
args=$(mktemp)
trap 'rm -f "$args"' EXIT
{
    printf 'SPARGS1\nram=64\nlayout=%s\n' "$layout"
    for arg in "$@"; do
        printf 'arg=%s\n' "$arg"
    done
} > "$args"
truncate -s 4096 "$args"

timeout "$limit" qemu-system-riscv64 -M virt -m 64 -display none \
    -monitor none -serial stdio -global virtio-mmio.force-legacy=false \
    -kernel "$kernel" -device loader,file="$initrd",addr=0x82000000 \
    -device loader,file="$args",addr=0x81fff000 | sed -n "$first_line"
exit "${PIPESTATUS[0]}"
