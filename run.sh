#!/usr/bin/env bash
# run.sh - installs what is missing, builds, and starts Sallyport: the window
# on the guest's shell, or whatever the arguments say (./run.sh trace hello).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/tools/setup.sh"

install_packages "$here/apt-packages.txt"
build_preset release

if [ $# -eq 0 ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    echo "sallyport: no display for the window: tracing hello here instead" >&2
    set -- trace hello
fi
exec "$here/build/release/sallyport" "$@"
