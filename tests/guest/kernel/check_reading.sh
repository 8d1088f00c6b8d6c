#!/usr/bin/env bash
# check_reading.sh - the kernel can be read as its README says: every file is in
# the list once (a header goes with the file of its name), the two evenings stay
# under 9,000 lines, a chapter under 1,700, comments included. Why these limits:
# docs/developer/decisions/0005-kernel-size.md.
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

# Lines of the files that one row names, their headers included.
lines_of_row() {
    local file stem
    for file in $1; do
        cat "$file"
        stem=${file%.*}
        [ "$file" = "$stem.h" ] || [ ! -e "$stem.h" ] || cat "$stem.h"
    done | wc -l
}

named=$(mktemp)
trap 'rm -f "$named"' EXIT
evenings=0 part=
while IFS= read -r line; do
    case $line in
        'First evening'*|'Second evening'*) part=evening ;;
        'Then, **one chapter each'*) part=chapter ;;
        '## Rules'*) part= ;;
    esac
    [[ $part && $line = '|'*'`'* ]] || continue
    files=$(grep -o '`[a-z_]*\.[chS]`' <<<"$line" | tr -d '`')
    for file in $files; do
        [ -e "$file" ] || fail "$file: in the list, not in the folder"
        echo "$file"
    done >> "$named"
    n=$(lines_of_row "$files")
    if [ "$part" = evening ]; then
        evenings=$((evenings + n))
    elif [ "$n" -ge 1700 ]; then
        fail "a chapter of $n lines: $files"
    fi
done < README.md

for file in *.[chS]; do
    stem=${file%.*}
    times=$(grep -cx "$file" "$named" || true)
    if [ "$file" = "$stem.h" ] && [ "$times" = 0 ]; then
        [ -e "$stem.c" ] || [ -e "$stem.S" ] || fail "$file: not in the list"
    elif [ "$times" != 1 ]; then
        fail "$file: $times times in the list"
    fi
done
[ "$evenings" -gt 3000 ] || fail "only $evenings lines were counted"
[ "$evenings" -lt 9000 ] || fail "the two evenings have $evenings lines"
echo "two evenings: $evenings lines; the whole kernel: $(cat -- *.[chS] | wc -l)"
exit $failed
