#!/usr/bin/env bash
# compare_with_dash.sh - runs every script of snippets.txt under our shell and
# under dash, both on this host, and compares output and status.
#
#   compare_with_dash.sh OUR-SH SNIPPETS
#
# OUR-SH is a host build of guestapps/sh. It takes the place of dash as `sh`,
# so that a script's own `sh -c` runs under it too.
set -uo pipefail
[ $# = 2 ] || { echo "usage: compare_with_dash.sh OUR-SH SNIPPETS" >&2; exit 2; }
ours=$(readlink -f "$1") snippets=$(readlink -f "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/ours" "$work/dash" "$work/scripts"
ln -s "$ours" "$work/ours/sh"
ln -s "$(command -v dash)" "$work/dash/sh"

awk -v dir="$work/scripts" '
    /^=== / { file = sprintf("%s/%03d", dir, ++n); print substr($0, 5) > (file ".name")
              printf "" > file; next }
    n { print > file }' "$snippets"

# run WHICH SCRIPT: prints the output, then the status.
run() {
    local dir=$work/cwd status
    rm -rf "$dir" && mkdir "$dir" && cd "$dir" || exit 2
    env -i PATH="$work/$1:/usr/bin:/bin" HOME=/ LC_ALL=C timeout 20 \
        "$work/$1/sh" "$2" 2> "$work/errors.$1" < /dev/null
    status=$?
    echo "[status $status]"
}

count=0 different=0
for script in "$work"/scripts/???; do
    expected=$(run dash "$script") got=$(run ours "$script")
    count=$((count + 1))
    [ "$expected" = "$got" ] && continue
    different=$((different + 1))
    echo "DIFFERENT: $(cat "$script.name")"
    diff <(echo "$expected") <(echo "$got") | sed 's/^/    /'
    sed 's/^/    stderr: /' "$work/errors.ours"
done
echo "$count scripts, $different different"
[ "$count" -ge 150 ] && [ "$different" = 0 ]
