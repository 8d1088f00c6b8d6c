#!/usr/bin/env bash
# check_deaths.sh - lets every death of `crash` happen in one boot: each must
# end with the signal it states, faults with the kernel's one line before, and
# the shell must be alive after each.
#
#   check_deaths.sh MACHINE KERNEL INITRD      (MACHINE as for boot.sh)
set -uo pipefail
[ $# = 3 ] || {
    echo "usage: check_deaths.sh MACHINE KERNEL INITRD" >&2
    exit 2
}
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
boot=("$here/boot.sh" "$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${boot[@]}" crash < /dev/null | sed 1d > "$work/list" || exit 1
names=$(awk '{ print $1 }' "$work/list" | tr '\n' ' ')
"${boot[@]}" sh -c "for name in $names; do crash \$name; echo \"\$name: \$?\"; done; echo alive" < /dev/null > "$work/console"
status=$?

failed=0
fail() {
    echo "FAILED: $1"
    failed=1
}
[ "$status" = 0 ] || fail "the guest ended with status $status"
[ "$(tail -1 "$work/console")" = alive ] || fail "the shell did not survive"
count=0
while read -r name signal status _; do
    count=$((count + 1))
    grep -qx "$name: $status" "$work/console" ||
        fail "$name: wanted $status: $(grep "^$name: " "$work/console")"
    case $signal in
        SIGSEGV | SIGBUS | SIGILL | SIGTRAP)
            grep -B1 -x "$name: $status" "$work/console" |
                grep -q '^pid [0-9]* crash: .*0x' ||
                fail "$name: no line of the kernel with the reason" ;;
    esac
done < "$work/list"
[ "$count" -ge 35 ] || fail "only $count deaths listed"
echo "$count deaths"
exit $failed
