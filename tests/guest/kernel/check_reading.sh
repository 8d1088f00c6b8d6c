#!/usr/bin/env bash
# check_reading.sh - the kernel can be read as its README says: every file is in
# the list once (a header goes with the file of its name), and all of it, comments
# included, has fewer than 9,000 lines. How it came to that, and what not to do to
# stay there: docs/developer/decisions/0005-kernel-size.md.
#
#   check_reading.sh SOURCE-DIR
set -euo pipefail
[ $# = 1 ] || {
    echo "usage: check_reading.sh SOURCE-DIR" >&2
    exit 2
}
cd "$1/guestkernel"
failed=0
fail() {
    echo "check_reading.sh: $1" >&2
    failed=1
}

named=$(sed -n '/^First evening/,/^## Rules/p' README.md | grep '^|' |
    grep -o '`[a-z_]*\.[chS]`' | tr -d '`')
for file in $named; do
    [ -e "$file" ] || fail "$file: in the list, not in the folder"
done
for file in *.[chS]; do
    stem=${file%.*}
    times=$(grep -cx "$file" <<<"$named" || true)
    if [ "$file" = "$stem.h" ] && [ "$times" = 0 ]; then
        [ -e "$stem.c" ] || [ -e "$stem.S" ] || fail "$file: not in the list"
    elif [ "$times" != 1 ]; then
        fail "$file: $times times in the list"
    fi
done
lines=$(cat -- *.[chS] | wc -l)
[ "$lines" -gt 3000 ] || fail "only $lines lines were counted"
[ "$lines" -lt 9000 ] || fail "the kernel has $lines lines"
widest=$(cat -- *.[chS] | wc -L)
[ "$widest" -le 96 ] || fail "a line of $widest columns"
echo "the kernel: $lines lines"
exit $failed
