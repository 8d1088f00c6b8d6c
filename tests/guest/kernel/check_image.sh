#!/usr/bin/env bash
# check_image.sh - the kernel's image: every probe of the list is in it and none
# that is not listed; no compressed or floating-point code; line tables with
# paths relative to the project; the same bytes from another directory.
#
#   check_image.sh SOURCE-DIR KERNEL-BUILD-DIR
set -euo pipefail
[ $# = 2 ] || {
    echo "usage: check_image.sh SOURCE-DIR KERNEL-BUILD-DIR" >&2
    exit 2
}
source=$1 build=$2
elf=$build/kernel.elf
cross=riscv64-unknown-elf-
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "check_image.sh: $1" >&2
    exit 1
}

"${cross}readelf" -n "$elf" | sed -n 's/^ *Name: //p' | sort -u > "$work/image"
sed -n 's/^| `\([a-z_]*\)` |.*/\1/p' "$source/guestkernel/abi/probes.md" |
    sort > "$work/listed"
diff "$work/listed" "$work/image" || fail "probes.md and the image differ"

"${cross}objdump" -d "$elf" > "$work/code"
# address, bytes, mnemonic: every instruction has four bytes
if grep -E '^ *f[0-9a-f]+:	[0-9a-f]{4} ' "$work/code"; then
    fail "compressed instructions"
fi
if grep -E '	f(ld|sd|lw|sw|add|mv|mul|cvt)[.a-z]*	' "$work/code"; then
    fail "floating-point instructions"
fi

"${cross}readelf" -wi "$elf" > "$work/dwarf"
grep -q 'guestkernel/copy.c' "$work/dwarf" || fail "no line table for copy.c"
grep -q 'guestkernel/trampoline.S' "$work/dwarf" ||
    fail "no line table for trampoline.S"
if grep -a -F "$source" "$elf" > /dev/null; then
    fail "$elf names the directory it was built in"
fi

mkdir -p "$work/copy/emu"
cp -R "$source/guestkernel" "$work/copy"
cp -R "$source/emu/platform" "$work/copy/emu"
make -s -C "$work/copy/guestkernel" BUILD="$work/other"
cmp "$elf" "$work/other/kernel.elf" || fail "another directory, other bytes"
