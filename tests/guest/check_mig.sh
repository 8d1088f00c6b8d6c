#!/usr/bin/env bash
# check_mig.sh - the stub generator: what it refuses and where, that no input
# breaks it, and that the lists made from the .defs are up to date.
#
#   check_mig.sh MIG SOURCE-FOLDER
set -uo pipefail
[ $# = 2 ] || { echo "usage: check_mig.sh MIG SOURCE-FOLDER" >&2; exit 2; }
mig=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "FAILED: $1"
    failed=1
}

# refuses "TEXT" "LINE:COLUMN: MESSAGE"
refuses() {
    printf '%b' "$1" > "$work/bad.defs"
    local out status
    out=$(cd "$work" && "$mig" bad.defs "$work" 2>&1)
    status=$?
    [ "$status" = 1 ] && [ "$out" = "bad.defs:$2" ] ||
        fail "$1: status $status, $out; should be bad.defs:$2"
}

head='subsystem s 10;\n'
port='p : mach_port_t'
refuses '' '1:1: "subsystem" expected, not the file'"'"'s end'
refuses 'subsystem 10;' "1:11: the subsystem's name expected, not 10"
refuses 'subsystem s 0;' '1:13: the first number must be from 1 to 2147483332'
refuses 'subsystem s 99999999999;' \
    '1:13: "99999999999" is not a number up to 2147483647'
refuses 'subsystem s 1x;' '1:13: "1x" is not a number up to 2147483647'
refuses 'subsystem s 10' '1:15: ";" expected, not the file'"'"'s end'
refuses "${head}rutine f($port);" \
    '2:1: type, routine, simpleroutine, skip or a prefix expected, not rutine'
refuses "${head}routine f();" \
    '2:11: the port to send to, as the first argument, expected, not )'
refuses "${head}routine f(p : int);" \
    '2:15: the first argument is the port to send to: a mach_port_t'
refuses "${head}routine f($port; in a : nothing);" \
    '2:35: the type nothing is not known'
refuses "${head}routine f($port; in a : int; out a : int);" \
    '2:44: f has two arguments a'
refuses "${head}routine f($port; in int : int);" \
    "2:31: an argument's name cannot be int: C has another use of it"
refuses "${head}routine f($port);\nroutine f($port);" \
    '3:9: the routine f is already there'
refuses "${head}simpleroutine f($port; out a : int);" \
    '2:34: a simpleroutine has no reply to carry this in'
refuses "${head}type t = array[0] of char;" '2:16: a size must be from 1 to 4096'
refuses "${head}type t = array[*:5000] of char;" \
    '2:18: a size must be from 1 to 4096'
refuses "${head}type t = array[2] of mach_port_t;" \
    "2:22: an array's elements must be numbers or char"
refuses "${head}type int = char;" "2:6: a type's name cannot be int: C has another use of it"
refuses "${head}type t = char;\ntype t = char;" '3:6: the type t is already there'
refuses "${head}type t = array[4000] of int;\nroutine f($port; in a : t);" \
    '3:9: f: a request of 16032 bytes; 4096 is the most'
refuses "${head}routine f($port; in a : int, dealloc);" \
    '2:40: dealloc is for out-of-line arrays only'
refuses "${head}type o = ^array[] of char;\nroutine f($port; in a : o, x);" \
    '3:38: the flag x is not known'
refuses "${head}type o = ^array[] of char;\nroutine f($port; inout a : o);" \
    '3:38: out-of-line memory cannot be inout'
refuses "${head}/* no end" '2:1: this comment does not end'
refuses "${head}routine f(\$);" '2:11: "$" means nothing here'
refuses "${head}\\x01" '2:1: byte 0x01 means nothing here'
refuses "$head$(printf 'skip; %.0s' {1..101})" \
    '2:601: more than 100 routines: replies are numbered from 110'

# Every beginning of a good interface is refused in one line, or good.
size=$(stat -c %s "$source/guestapps/sdk/mig/lab.defs")
for ((n = 0; n < size; n += 5)); do
    head -c "$n" "$source/guestapps/sdk/mig/lab.defs" > "$work/cut.defs"
    out=$("$mig" --ids "$work/cut.defs" 2>&1 > "$work/ids")
    status=$?
    [ "$status" -le 1 ] && [ "$(wc -l <<< "$out")" = 1 ] ||
        fail "the first $n bytes of lab.defs: status $status, $out"
done
head -c 2000000 /dev/zero > "$work/zero.defs"
"$mig" --ids "$work/zero.defs" 2> "$work/out" && fail "zeroes are an interface"
"$mig" --ids "$work/none.defs" 2> "$work/out" && fail "no file is an interface"

# The lists that are made from the interfaces.
for defs in "$source"/guestapps/sdk/mig/*.defs; do
    "$mig" --ids "$defs" | while read -r row; do
        grep -qxF "$row" "$source/guestkernel/abi/msgid.def" ||
            echo "not in msgid.def: $row"
    done
    "$mig" --table "$defs" | while read -r row; do
        grep -qxF "$row" "$source/docs/reference/mach.md" ||
            echo "not in mach.md: $row"
    done
done > "$work/missing"
[ ! -s "$work/missing" ] || fail "$(cat "$work/missing")"
exit "$failed"
