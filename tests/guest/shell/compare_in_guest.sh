#!/usr/bin/env bash
# compare_in_guest.sh - runs every script of a file in the guest, in one boot,
# with the guest's own programs, and compares with dash on this host.
#
#   compare_in_guest.sh MACHINE KERNEL INITRD SNIPPETS LEAST
#
# MACHINE as for boot.sh. LEAST: how many scripts there must be at least.
set -uo pipefail
[ $# = 5 ] || {
    echo "usage: compare_in_guest.sh MACHINE KERNEL INITRD SNIPPETS LEAST" >&2
    exit 2
}
here=$(dirname "$(readlink -f "$0")")
machine=$1 kernel=$2 initrd=$3 snippets=$4 least=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root/t" "$work/dash"
ln -s "$(command -v dash)" "$work/dash/sh"

awk -v dir="$work/root/t" -v names="$work/names" '
    /^=== / { file = sprintf("%s/%03d", dir, ++n); print substr($0, 5) > names
              printf "" > file; next }
    n { print > file }' "$snippets"

# The same master script on both sides, but for where things are (w: an empty
# directory for each snippet, t: the snippets).
(cd "$work/root/t" && for n in ???; do
    echo "echo '=== $n'; mkdir \$w; cd \$w || exit 99"
    echo "sh \$t/$n < /dev/null 2> /dev/null"
    echo "echo \"[status \$?]\"; cd /; rm -rf \$w"
done) > "$work/body"
{ echo "w=/tmp/w t=/t"; cat "$work/body"; } > "$work/root/all"
{ echo "w=$work/w t=$work/root/t"; cat "$work/body"; } > "$work/all.dash"
cp "$initrd" "$work/initrd.tar"
tar --append --format=ustar --owner=0 --group=0 -C "$work/root" \
    -f "$work/initrd.tar" t all

"$here/../boot.sh" "$machine" "$kernel" "$work/initrd.tar" sh /all \
    < /dev/null > "$work/got.console" || {
    echo "the guest ended with status $?"
    tail -5 "$work/got.console"
    exit 1
}
# A kernel that kills a program says why on the console; that is no output.
sed -e '1d' -e '/^pid [0-9]* /d' "$work/got.console" > "$work/got"

(cd / && env -i PATH="$work/dash:/usr/bin:/bin" HOME=/ LC_ALL=C \
    dash "$work/all.dash" < /dev/null > "$work/want")

count=$(wc -l < "$work/names")
if diff "$work/want" "$work/got" > "$work/diff"; then
    echo "$count scripts, none different"
    [ "$count" -ge "$least" ]
else
    echo "dash (<) and the guest (>) differ:"
    diff -U 6 "$work/want" "$work/got" | head -60
    exit 1
fi
