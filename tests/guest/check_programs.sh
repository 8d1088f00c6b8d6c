#!/usr/bin/env bash
# check_programs.sh - what every guest program and the archive must be like.
#
#   check_programs.sh APPS-BUILD-FOLDER
set -uo pipefail
[ $# = 1 ] || { echo "usage: check_programs.sh APPS-BUILD-FOLDER" >&2; exit 2; }
build=$(readlink -f "$1")
source=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../../guestapps")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 count=0

check() { # what command...
    local what=$1
    shift
    "$@" && return
    echo "FAILED: $what"
    failed=1
}

four_byte_instructions() {
    ! riscv64-unknown-elf-objdump -d "$1" |
        grep -P '^\s+[0-9a-f]+:\t[0-9a-f]{4}\s'
}

# The emulator knows a program by the build-id in its loaded pages.
build_id_is_loaded() {
    local kind start bytes note=
    note=$(riscv64-unknown-elf-readelf -lW "$1" | awk '$1 == "NOTE" { print $3 }')
    riscv64-unknown-elf-readelf -n "$1" | grep -q 'Build ID' || return 1
    while read -r kind _ start _ _ bytes _; do
        [ "$kind" = LOAD ] && [ $((note)) -ge $((start)) ] &&
            [ $((note)) -lt $((start + bytes)) ] && return 0
    done < <(riscv64-unknown-elf-readelf -lW "$1")
    return 1
}

no_writable_code() {
    ! riscv64-unknown-elf-readelf -lW "$1" | grep 'LOAD.*RWE'
}

unwind_rules() {
    riscv64-unknown-elf-readelf -SW "$1" | grep -q '[.]debug_frame'
}

# Sources are named from the root of the tree, wherever it was built.
relative_sources() {
    local names
    names=$(riscv64-unknown-elf-readelf --debug-dump=info "$1" |
        grep -o 'DW_AT_\(name\|comp_dir\) .*' | sed 's/.*: //')
    grep -q '^guestapps/.*[.]c$' <<< "$names" &&
        grep -qx 'guestapps/sdk/crt0.S' <<< "$names" && ! grep -F "${source%/guestapps}" <<< "$names"
}

for program in "$build"/bin/*; do
    name=${program##*/}
    count=$((count + 1))
    check "$name: four-byte instructions only" four_byte_instructions "$program"
    check "$name: a build-id in a loaded segment" build_id_is_loaded "$program"
    check "$name: no page both writable and executable" no_writable_code "$program"
    check "$name: rules for unwinding" unwind_rules "$program"
    check "$name: source paths from the root" relative_sources "$program"
    check "$name: a listing and symbols" \
        test -s "$build/asm/$name.asm" -a -s "$build/asm/$name.sym"
    check "$name: in everything.sh" \
        grep -q "\(^\|[ ;(|]\)$name\b" "$source/../tests/guest/everything.sh"
done
check "at least 26 programs" test "$count" -ge 26

# Every program has a header that says what to watch.
for file in "$source"/*.c "$source/sh/main.c"; do
    check "${file##*/}: says what to watch" grep -q '^ \* Watch: ' "$file"
done

# Every call has a stub, and only a stub: SYS_name in a7 and an ecall.
while read -r number name; do
    case $name in
        exit) stub=_exit ;;
        fork | getcwd | sbrk | sigaction) stub=__$name ;;
        *) stub=$name ;;
    esac
    check "call $name: its stub loads $number" eval \
        "riscv64-unknown-elf-objdump -d --no-show-raw-insn \
             --disassemble=$stub '$build/sdk/syscalls.o' |
         grep -q 'li[[:space:]]*a7,$number\$'"
done < <(sed -n 's/^CALL(\([0-9]*\), \([a-z0-9_]*\),.*/\1 \2/p' \
    "$source/../guestkernel/abi/syscall.def")

# The same bytes again, with another umask, from another folder; and each
# program on a page of the archive.
(umask 077 && cp -R "$source/root" "$work/root" && chmod 600 "$work"/root/etc/* &&
    "$source/mkinitrd.sh" "$work/initrd.tar" "$work/root" "$build"/bin/*)
check "the archive is reproducible" cmp "$work/initrd.tar" "$build/initrd.tar"
check "programs start on a page of the archive" eval \
    "tar -tRf '$build/initrd.tar' |
     awk '/ bin\/./ && (\$2 + 1) * 512 % 4096 { print; bad = 1 } END { exit bad }'"
check "a README that is too short is refused" eval \
    "echo short > '$work/root/README';
     ! '$source/mkinitrd.sh' '$work/x.tar' '$work/root' '$build'/bin/true 2> '$work/why' &&
     grep -q 'not on a page' '$work/why'"

echo "$count programs checked"
exit $failed
