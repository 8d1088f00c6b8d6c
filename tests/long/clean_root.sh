#!/usr/bin/env bash
# clean_root.sh SUITE [COMMAND...] - a fresh clone of this checkout's HEAD in a
# fresh Debian root (debootstrap minbase), where nothing is installed: runs
# `./run.sh trace hello` and then COMMAND (default: the engine-dependent tests)
# as a newcomer would. Needs root and the network; the roots are kept under
# $SALLYPORT_ROOTS (default /var/tmp/sallyport-roots) as a cache of the bare
# system only: each run works on a copy.
set -euo pipefail
suite=${1:?usage: clean_root.sh SUITE [COMMAND...]}
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
roots=${SALLYPORT_ROOTS:-/var/tmp/sallyport-roots}
mkdir -p "$roots"
say() { echo "clean_root: $*"; }

[ "$(id -u)" -eq 0 ] || { say "needs root for debootstrap"; exit 2; }
if [ ! -e "$roots/$suite.base/.done" ]; then
    rm -rf "$roots/$suite.base"
    say "debootstrap $suite"
    debootstrap --variant=minbase "$suite" "$roots/$suite.base" \
        http://deb.debian.org/debian >"$roots/$suite.log" 2>&1
    touch "$roots/$suite.base/.done"
fi
root=$roots/$suite.run
cleanup() {
    umount "$root/proc" "$root/dev" 2>/dev/null || true
    rm -rf --one-file-system "$root"
}
trap cleanup EXIT
cleanup
cp -a "$roots/$suite.base" "$root"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
git clone -q "$here" "$root/sallyport"

inside() { chroot "$root" env -i HOME=/root PATH="$PATH" LANG=C.UTF-8 "$@"; }
say "$suite: ./run.sh trace hello"
inside sh -c 'cd /sallyport && ./run.sh trace hello' >"$roots/$suite.out" \
    2>"$roots/$suite.err" || { tail -40 "$roots/$suite.err"; exit 1; }
grep -q 'ecall write(' "$roots/$suite.err" ||
    { say "$suite: no write crossing in the trace"; exit 1; }
start=$(date +%s%N)
inside sh -c 'cd /sallyport && ./run.sh run hello' >/dev/null
say "$suite: a second start took $((($(date +%s%N) - start) / 1000000)) ms"
if [ $# -eq 0 ]; then
    set -- ./test.sh
fi
say "$suite: $*"
inside sh -c 'cd /sallyport && "$@"' sh "$@"
