#!/usr/bin/env bash
# check_interactive.sh - a session at the prompt, typed from a script; twice,
# with the same bytes on the console both times.
#
#   check_interactive.sh SALLYPORT KERNEL INITRD
set -uo pipefail
[ $# = 3 ] || {
    echo "usage: check_interactive.sh SALLYPORT KERNEL INITRD" >&2
    exit 2
}
here=$(dirname "$(readlink -f "$0")")
export LSAN_OPTIONS=suppressions=$here/../lsan.supp:print_suppressions=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for turn in 1 2; do
    timeout 120 "$1" run --kernel "$2" --initrd "$3" \
        --script "$here/interactive.script" > "$work/$turn"
    status=$?
    [ "$status" = 7 ] && continue
    tail -5 "$work/$turn"
    echo "status $status; wanted the session's own, 7"
    exit 1
done
cmp "$work/1" "$work/2"
