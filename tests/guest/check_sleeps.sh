#!/usr/bin/env bash
# check_sleeps.sh - everything that the kernel's source says a process can sleep
# for is slept for in kernel/peers.c's table, as a trace tells. The disk is not:
# the machine's answers at once (kernel/drained.c makes it look busy).
#
#   check_sleeps.sh SALLYPORT KERNEL INITRD SOURCE-DIR
set -euo pipefail
[ $# = 4 ] || {
    echo "usage: check_sleeps.sh SALLYPORT KERNEL INITRD SOURCE-DIR" >&2
    exit 2
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# The reason is the last argument of whatever sleeps; sched.c only hands it on.
cat "$4"/guestkernel/*.c | tr -s ' \n' ' ' |
    grep -oE '(sched_(sleep|sleep_until|wait)|wait)\([^;]*"[a-zA-Z ]+"( : "[a-zA-Z ]+")?\)' |
    grep -oE '"[a-zA-Z ]+"' | tr -d '"' | sort -u > "$dir/known"
mkfifo "$dir/console"
exec 3<> "$dir/console" # nobody types, but the console has not ended
timeout 300 "$1" trace --quiet --kernel "$2" --initrd "$3" -- peers sleeps \
    <&3 > "$dir/out" 2> "$dir/trace" || {
    echo "peers ended with $?:"
    cat "$dir/out"
    exit 1
}
grep -oE '~ unfinished \([^)]*\)' "$dir/trace" | sed 's/.*(//; s/)//' |
    sort -u > "$dir/seen"
missing=$(comm -23 "$dir/known" "$dir/seen" | grep -vx -e disk -e 'disk busy' ||
    true)
[ "$(wc -l < "$dir/known")" -ge 15 ] || {
    echo "only these reasons were found in the source:"
    cat "$dir/known"
    exit 1
}
[ -z "$missing" ] || {
    echo "no row of peers.c sleeps for:"
    echo "$missing"
    exit 1
}
