#!/usr/bin/env bash
# check_own.sh - runs every script of own.txt under our shell on this host and
# compares output, error output and status with what stands there.
#
#   check_own.sh OUR-SH OWN
set -uo pipefail
[ $# = 2 ] || { echo "usage: check_own.sh OUR-SH OWN" >&2; exit 2; }
ours=$(readlink -f "$1") cases=$(readlink -f "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/scripts"
ln -s "$ours" "$work/bin/sh"

awk -v dir="$work/scripts" '
    /^=== / { file = sprintf("%s/%03d", dir, ++n); print substr($0, 5) > (file ".name")
              out = file; printf "" > file; printf "" > (file ".want"); next }
    /^---$/ { out = file ".want"; next }
    n { print > out }' "$cases"

count=0 different=0
for script in "$work"/scripts/???; do
    dir=$work/cwd
    rm -rf "$dir" && mkdir "$dir" && cd "$dir" || exit 2
    got=$(env -i PATH="$work/bin:/usr/bin:/bin" HOME=/ LC_ALL=C timeout 20 \
        "$work/bin/sh" "$script" 2>&1 < /dev/null
        echo "[status $?]")
    # The one message that guest and host word differently.
    got=${got//Bad file descriptor/Bad file number}
    count=$((count + 1))
    [ "$(cat "$script.want")" = "$got" ] && continue
    different=$((different + 1))
    echo "DIFFERENT: $(cat "$script.name")"
    diff "$script.want" <(echo "$got") | sed 's/^/    /'
done
echo "$count scripts, $different different"
[ "$count" -ge 50 ] && [ "$different" = 0 ]
