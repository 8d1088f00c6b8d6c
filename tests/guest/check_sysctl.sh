#!/usr/bin/env bash
# check_sysctl.sh - the kernel's variables as the reference page lists them, as
# a trace shows them, and within their budget of kernel instructions.
#
#   check_sysctl.sh ROOT SALLYPORT
set -uo pipefail
[ $# = 2 ] || { echo "usage: check_sysctl.sh ROOT SALLYPORT" >&2; exit 2; }
root=$1 sallyport=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "FAILED: $1"
    failed=1
}

# Every leaf: "name: type; access" and "name: description" as one row each.
nodes=$("$sallyport" run sysctl -t kern vm hw mach | grep ';')
about=$("$sallyport" run sysctl -d kern vm hw mach)
while IFS= read -r line; do
    name=${line%%: *}
    text=$(grep "^$name: " <<<"$about")
    echo "| \`$name\` | ${line#*: } | ${text#*: } |"
done <<<"$nodes" > "$work/nodes"
grep '^| `[a-z]*\.[a-z_.]*` |' "$root/docs/reference/sysctl.md" > "$work/page"
[ "$(wc -l < "$work/nodes")" -gt 12 ] || fail "sysctl lists too few nodes"
diff "$work/page" "$work/nodes" ||
    fail "docs/reference/sysctl.md: the rows of its table should be those on the right"

# What a trace says of a call by numbers.
"$sallyport" trace sysctl kern.hostname=tern 2> "$work/trace" > /dev/null ||
    fail "sysctl kern.hostname=tern"
for line in 'sysctl   kern.hostname (A), to be "tern"' \
    'sysctl   sysctl.name2oid (N), to be "kern.hostname"' \
    '> ecall sysctl(name=\[1, 10\], namelen=2, '; do
    grep -q -- "$line" "$work/trace" || fail "no line in the trace: $line"
done
"$sallyport" trace --json sysctl kern.hostname=tern 2> /dev/null |
    grep '"type":"variable"' | grep -q '"text":"kern.hostname (A), to be' ||
    fail "no variable in JSON"

# An int by name, every one there is, the second time: what it costs.
cat > "$work/ints.c" <<'END'
#include <sys/sysctl.h>
int main(int argc, char **argv)
{
    int value;
    for (int i = 1; i < 2 * argc - 1; i++) {
        size_t n = sizeof value;
        if (sysctlbyname(argv[(i + 1) / 2], &value, &n, NULL, 0))
            return 1;
    }
    return 0;
}
END
"$root/guestapps/sdk/build.sh" -o "$work/ints" "$work/ints.c" || exit 1
ints=$(sed -n 's/^\([a-z._]*\): int;.*/\1/p' <<<"$nodes")
# shellcheck disable=SC2086
"$sallyport" trace --file "$work/ints"=/bin/ints ints $ints 2> "$work/trace" ||
    fail "the ints cannot be read"
for name in $ints; do
    number=$(grep "> ecall sysctlbyname(name=\"$name\"" "$work/trace" |
        tail -n 1 | cut -d' ' -f1)
    cost=$(sed -n "s/^$number .*< = 0  *insns \([0-9]*\).*/\1/p" "$work/trace")
    echo "$name: ${cost:-no} instructions"
    [ -n "$cost" ] && [ "$cost" -le 1500 ] || fail "$name: more than 1500"
done
exit "$failed"
