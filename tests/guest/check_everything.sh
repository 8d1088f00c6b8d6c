#!/usr/bin/env bash
# check_everything.sh - runs everything.sh in the guest and prints the console.
#
#   check_everything.sh MACHINE KERNEL INITRD [OTHER-MACHINE]
#
# With a second machine, the console of both must be the same, byte for byte,
# in both layouts of the kernel. MACHINE as for boot.sh.
set -uo pipefail
[ $# = 3 ] || [ $# = 4 ] || {
    echo "usage: check_everything.sh MACHINE KERNEL INITRD [OTHER-MACHINE]" >&2
    exit 2
}
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
machine=$1 kernel=$2 initrd=$3 other=${4-}
calls=$(grep -c '^CALL(' "$here/../../guestkernel/abi/syscall.def")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$initrd" "$work/initrd.tar" && cp "$here/everything.sh" "$work/everything"
tar --append --format=ustar --owner=0 --group=0 --mode=644 --mtime=@0 \
    -C "$work" -f "$work/initrd.tar" everything || exit 1

failed=0
fail() {
    echo "FAILED: $1"
    failed=1
}

# boot WHERE OUT: runs the script, checks its end.
boot() {
    "$here/boot.sh" "$1" "$kernel" "$work/initrd.tar" sh /everything \
        < /dev/null > "$2" || fail "$1: ended with status $?"
    [ "$(tail -1 "$2")" = "=== the end" ] || fail "$1: $(tail -1 "$2")"
    grep -q "^$calls calls of the table, 0 not tried$" "$2" ||
        fail "$1: callall did not make all $calls calls"
}

for layout in separate shared; do
    export LAYOUT=$layout
    boot "$machine" "$work/$layout"
    [ -n "$other" ] || continue
    boot "$other" "$work/$layout.other"
    diff "$work/$layout" "$work/$layout.other" ||
        fail "$layout: the consoles differ (<: $machine, >: $other)"
done
diff <(sed 1d "$work/separate") <(sed 1d "$work/shared") ||
    fail "the consoles of the two layouts differ"
wc -l < "$work/separate"
exit $failed
