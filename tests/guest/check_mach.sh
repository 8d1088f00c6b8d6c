#!/usr/bin/env bash
# check_mach.sh - calls by message as a trace shows them: decoded, linked to
# the send, and within their budgets of kernel instructions.
#
#   check_mach.sh SALLYPORT
set -uo pipefail
[ $# = 1 ] || { echo "usage: check_mach.sh SALLYPORT" >&2; exit 2; }
trace=$(mktemp)
trap 'rm -f "$trace"' EXIT
"$1" trace rpcdemo 2> "$trace" > /dev/null || { echo "rpcdemo failed"; exit 1; }
failed=0

# The crossing whose entry matches.
number_of() {
    grep -m1 "> ecall mach_msg_trap(msg=0x[0-9a-f]* {$1" "$trace" |
        cut -d' ' -f1
}

# The instructions that a crossing cost; nothing if it did not succeed.
cost_of() {
    sed -n "s/^$1 .*< = KERN_SUCCESS  *insns \([0-9]*\).*/\1/p" "$trace"
}

at_most() { # what got most
    [ -n "$2" ] && [ "$2" -le "$3" ] && return
    echo "FAILED: $1: ${2:-no} instructions, $3 are allowed"
    failed=1
}

request=$(number_of 'lab_add to') reply=$(number_of 'lab_add reply to')
client=$(cost_of "$request") server=$(cost_of "$reply")
at_most "a call to another process" $((client + server)) 5000
at_most "a call to the kernel" "$(cost_of "$(number_of 'host_page_size to')")" 2500
for link in "message lab_add on port [0-9]*, 40 bytes from $request " \
    "message lab_add reply on port [0-9]*, 40 bytes from $reply "; do
    grep -q "link  *$link" "$trace" || { echo "FAILED: no $link"; failed=1; }
done

# What the program's header promises: a right's life, and who a message is from.
"$1" trace machdemo 2> "$trace" > /dev/null || { echo "machdemo failed"; exit 1; }
for line in "0x203: receive, port [0-9]*" \
    "0x203: receive, send, 1 reference, port [0-9]*" \
    "0x203: receive, send, 3 references, port [0-9]*" \
    "0x203: dead name, 3 references" "0x203: free"; do
    grep -q "^       right    $line$" "$trace" ||
        { echo "FAILED: no right $line"; failed=1; }
done
grep -q '  msg={1000 at 0x20b}$' "$trace" &&
    grep -q '  trailer={seqno=1 uid=0 gid=0 pid=2}$' "$trace" ||
    { echo "FAILED: a received message is not decoded"; failed=1; }
exit "$failed"
