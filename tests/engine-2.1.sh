#!/bin/sh
# The processor's tests against Debian 13's libunicorn (2.1.1), fetched and
# unpacked beside the installed one: nothing is installed.
#
#     engine-2.1.sh SOURCE_DIR BUILD_DIR
#
# The packages stay in BUILD_DIR/engine-2.1. Without a network and without them
# it says so in one line and ends with 77, which ctest reports as skipped.
set -eu

source=${1:?source directory}
cache=${2:?build directory}/engine-2.1
mirror=http://deb.debian.org/debian
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

skip() {
    echo "engine-2.1: skipped: $1"
    exit 77
}

# An apt of our own: its lists and its packages lie in the cache.
fetch() {
    apt=$cache/apt
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" \
        "$apt/etc/apt.conf.d" "$apt/etc/preferences.d" "$cache/packages"
    : >"$apt/state/status"
    echo "deb [signed-by=$keyring] $mirror trixie main" \
        >"$apt/etc/sources.list"
    cat >"$apt/apt.conf" <<EOF
Dir "$apt";
Dir::State "state";
Dir::State::status "$apt/state/status";
Dir::Cache "cache";
Dir::Etc "etc";
Dir::Etc::sourcelist "sources.list";
Dir::Etc::sourceparts "-";
APT::Architecture "$(dpkg --print-architecture)";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
EOF
    APT_CONFIG=$apt/apt.conf
    export APT_CONFIG
    apt-get -qq update || return 1
    (cd "$cache/packages" &&
        apt-get -qq download libunicorn2t64 libunicorn-dev) || return 1
    unset APT_CONFIG
    rm -rf "$cache/root.part"
    for package in "$cache"/packages/*.deb; do
        dpkg-deb -x "$package" "$cache/root.part"
    done
    mv "$cache/root.part" "$cache/root"
}

mkdir -p "$cache"
if [ ! -d "$cache/root" ]; then
    [ -e "$keyring" ] || skip "no Debian archive keyring at $keyring"
    fetch >"$cache/fetch.log" 2>&1 ||
        skip "cannot fetch libunicorn from $mirror (see $cache/fetch.log)"
fi

tests="cpu cpu_table cpu_cuts cpu_fuzz cpu_watch"
cmake -S "$source" -B "$cache/build" -G Ninja -DSALLYPORT_SANITIZE=ON \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSALLYPORT_WINDOW=OFF \
    -DSALLYPORT_UNICORN_ROOT="$cache/root" >"$cache/configure.log" 2>&1 || {
    cat "$cache/configure.log"
    exit 1
}
targets=$(for test in $tests; do echo "test_$test"; done)
# shellcheck disable=SC2086
cmake --build "$cache/build" --target $targets >"$cache/build.log" 2>&1 || {
    cat "$cache/build.log"
    exit 1
}
LD_LIBRARY_PATH=$(dirname "$cache"/root/usr/lib/*/libunicorn.so.2)
export LD_LIBRARY_PATH
for test in $tests; do
    "$cache/build/tests/test_$test"
done
