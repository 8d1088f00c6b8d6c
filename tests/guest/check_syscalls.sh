#!/usr/bin/env bash
# check_syscalls.sh - the reference page of the system calls is what their
# tables say, and the tables say which errors there are: no program gets one
# that is not listed for its call.
#
#   check_syscalls.sh ROOT SALLYPORT TEST-INITRD
set -uo pipefail
[ $# = 3 ] || {
    echo "usage: check_syscalls.sh ROOT SALLYPORT TEST-INITRD" >&2
    exit 2
}
root=$1 sallyport=$2 tests=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "FAILED: $1"
    failed=1
}

if ! "$root/tools/syscalls-page.sh" > "$work/page"; then
    fail "the tables do not agree; both are in guestkernel/abi"
elif ! diff "$work/page" "$root/docs/reference/syscalls.md"; then
    fail "docs/reference/syscalls.md is old; renew it by:
    tools/syscalls-page.sh > docs/reference/syscalls.md"
fi

# "call ERROR" of every row, and every name that can be an error.
sed -n 's/^ERRORS(\([a-z0-9_]*\), "\(.*\)")$/\1 \2/p' \
    "$root/guestkernel/abi/errors.def" |
    while read -r call errors; do
        for error in $errors; do echo "$call $error"; done
    done | sort -u > "$work/listed"
{
    sed -n 's/^ERRNO(\([A-Z0-9]*\),.*/\1/p' "$root/guestkernel/abi/errno.def"
    sed -n 's/^FIELD(Mach, 0x[0-9a-f]*, \([A-Z_]*\))$/\1/p' \
        "$root/guestkernel/abi/flags.def"
} | sort -u > "$work/names"
cut -d' ' -f2 "$work/listed" | sort -u | comm -23 - "$work/names" > "$work/odd"
[ ! -s "$work/odd" ] || fail "errors.def: not a name of an error:
$(cat "$work/odd")"

# What programs got: "call ERROR", from the traces' lines
#   #7  pid 3 hello  > ecall read(...     and     #7  ...  < = -1 EBADF
seen() {
    awk '
    /> ecall [a-z0-9_]*\(/ {
        call = $0
        sub(/.*> ecall /, "", call)
        sub(/\(.*/, "", call)
        open[$1] = call
        next
    }
    /< = / && ($1 in open) {
        result = $0
        sub(/.*< = /, "", result)
        split(result, word, /[ |]+/)
        if (word[1] == "-1")
            print open[$1], word[2]
        else if (word[1] ~ /^(KERN|MACH)_/ && word[1] != "KERN_SUCCESS")
            print open[$1], word[1]
        delete open[$1]
    }'
}

"$sallyport" trace callall 2>&1 > /dev/null < /dev/null | seen > "$work/got"
for program in hostile files processes mappings futexes ports ioctls variables
do
    "$sallyport" trace --initrd "$tests" "$program" 2>&1 > /dev/null \
        < /dev/null | seen >> "$work/got"
done
sort -u -o "$work/got" "$work/got"
comm -23 "$work/got" "$work/listed" > "$work/unlisted"
[ ! -s "$work/unlisted" ] || fail "errors that guestkernel/abi/errors.def does not list:
$(cat "$work/unlisted")"
# The programs do get errors, so the comparison compares something.
got=$(wc -l < "$work/got")
[ "$got" -gt 150 ] || fail "only $got different errors were seen"
echo "$got errors seen, of $(wc -l < "$work/listed") listed"
exit "$failed"
