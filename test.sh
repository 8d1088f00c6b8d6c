#!/usr/bin/env bash
# test.sh - installs what is missing, builds with sanitizers and runs every
# test of the ten-minute tier; --long adds soaks, other engines, clean roots.
#   ./test.sh [--long] [-R REGEX]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/tools/setup.sh"

select=(-LE long) more=()
while [ $# -gt 0 ]; do
    case $1 in
        --long) select=() more=("$here/apt-packages-long.txt") ;;
        -R) shift; select+=(-R "${1:?test.sh: -R needs a pattern}") ;;
        *) echo "usage: ./test.sh [--long] [-R REGEX]" >&2; exit 2 ;;
    esac
    shift
done

install_packages "$here/apt-packages.txt" "$here/apt-packages-test.txt" \
    "${more[@]}"
build_preset release
build_preset dev
cd "$here/build/dev"
# One hung test must not take the run with it: each has a limit.
exec ctest --output-on-failure --no-tests=error --timeout 300 -j 2 \
    "${select[@]}"
