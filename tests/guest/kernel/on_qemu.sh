#!/usr/bin/env bash
# on_qemu.sh - the kernel's test programs on QEMU, in both layouts.
#
#   on_qemu.sh BOOT.SH KERNEL INITRD
set -uo pipefail
[ $# = 3 ] || {
    echo "usage: on_qemu.sh BOOT.SH KERNEL INITRD" >&2
    exit 2
}
failed=0
for layout in separate shared; do
    for program in hostile nested sizes files processes memory mappings \
        futexes vectors fifos ioctls devicecalls terminal variables wired \
        sockets peers badelf handlers sigframes lengths ports rings stubs \
        random; do
        out=$(LAYOUT=$layout "$1" qemu "$2" "$3" "$program" < /dev/null)
        status=$?
        if [ "$status" != 0 ]; then
            printf '%s, layout=%s: status %s\n%s\n' "$program" "$layout" \
                "$status" "$out"
            failed=1
        fi
    done
done
exit "$failed"
