#!/usr/bin/env bash
# build.sh - compile a program for the guest.
#
#   build.sh [-o OUT] [-O0 -DX=1 -IDIR ...] FILE.c... [FILE.defs...]   a program
#   build.sh --lib DIR [-O0 ...]                         the SDK's objects
#
# Every compiler and linker flag of a guest program stands here and nowhere
# else; README.md beside this file explains them. Options that are not our own
# go to the compiler. With SALLYPORT_SDK_LIB=DIR the objects made by --lib are
# used; without it they are made anew, which takes a second.
# SALLYPORT_CROSS names other tools than riscv64-unknown-elf-.
set -euo pipefail
sdk=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(readlink -f "$sdk/../..")
cross=${SALLYPORT_CROSS:-riscv64-unknown-elf-}

fail() {
    echo "build.sh: $1" >&2
    exit 2
}

# compile SOURCE OBJECT OPTIONS...: the compiler with the flags that every
# object needs. A source of this tree is named from the tree's root, so that
# the debug information is the same wherever the tree lies.
compile() {
    local source=$1 object=$2 types=()
    shift 2
    # picolibc 1.8.10's <dirent.h>, <regex.h> and others say size_t without
    # declaring it.
    [ "${source##*.}" = S ] || types=(-include sys/types.h)
    case $source in
        "$root"/*)
            cd "$root"
            source=${source#"$root"/} ;;
    esac
    "${cross}gcc" --specs=picolibc.specs -std=gnu11 -O1 -g \
        -march=rv64ima_zicsr -mabi=lp64 -mcmodel=medany \
        -ffunction-sections -fdata-sections -fno-common \
        -ffile-prefix-map="$root=." -ffile-prefix-map="$root/=" \
        -Wa,--debug-prefix-map,"$root=." -Wa,--debug-prefix-map,"$root/=" \
        -D_POSIX_TIMERS=200809L -D_POSIX_MONOTONIC_CLOCK=200809L \
        -I"$sdk/include" -I"$root/guestkernel/abi" "${types[@]}" \
        ${stubs:+-I"$stubs" -ffile-prefix-map="$stubs=stubs"} "$@" \
        -c "$source" -o "$object"
}

# make_stubs MIG DIR FILE.defs: what carries an interface's calls, DIR/NAME.h,
# NAME_user.o and NAME_server.o.
make_stubs() {
    local mig=$1 dir=$2 defs=$3 source
    shift 3
    mkdir -p "$dir"
    "$mig" "$defs" "$dir"
    for source in "$dir"/*_user.c "$dir"/*_server.c; do
        [ -e "${source%.c}.o" ] || (stubs=$dir
            compile "$source" "${source%.c}.o" "$@")
    done
}

# make_library DIR OPTIONS...: FIXED, which are linked before everything else,
# and libsallyport.a, which has the rest. signal.o and heap.o are fixed because
# picolibc has a raise and an sbrk of its own, and the first one met is taken.
FIXED=(crt0.o start.o syscalls.o signal.o heap.o)
make_library() {
    local dir source name
    mkdir -p "$1"
    dir=$(readlink -f "$1")
    shift
    for source in "$sdk"/*.S "$sdk"/*.c; do
        name=${source##*/}
        (compile "$source" "$dir/${name%.*}.o" "$@")
    done
    "${SALLYPORT_HOST_CC:-cc}" -std=c11 -D_GNU_SOURCE -O1 -o "$dir/mig" \
        "$sdk"/mig/*.c
    rm -rf "$dir/stubs"
    for source in "$sdk"/mig/*.defs; do
        make_stubs "$dir/mig" "$dir/stubs" "$source" "$@"
    done
    rm -f "$dir/libsallyport.a"
    (cd "$dir" && "${cross}ar" rcsD libsallyport.a \
        dirent.o file.o mach.o mig.o process.o socket.o stdio.o sysctl.o \
        termios.o time.o \
        stubs/*.o)
}

# link LIB OUT OBJECT...: what the program does not call is dropped.
link() {
    local lib=$1 out=$2
    shift 2
    "${cross}gcc" --specs=picolibc.specs --oslib=sallyport \
        -march=rv64ima -mabi=lp64 -mcmodel=medany \
        -DPICOLIBC_INTEGER_PRINTF_SCANF -nostartfiles -T"$sdk/user.ld" \
        -Wl,--gc-sections -Wl,--build-id=sha1 -Wl,-z,max-page-size=4096 \
        -Wl,--fatal-warnings -L"$lib" \
        "${FIXED[@]/#/$lib/}" "$@" \
        -lsallyport -o "$out"
}

if [ "${1-}" = --lib ]; then
    [ $# -gt 1 ] || fail "--lib needs a directory"
    shift
    make_library "$@"
    exit
fi

out=a.out sources=() options=()
while [ $# -gt 0 ]; do
    case $1 in
        -o | -I | -D | -U)
            [ $# -gt 1 ] || fail "$1 needs an argument"
            case $1 in
                -o) out=$2 ;;
                -I) options+=("-I$(readlink -m "$2")") ;;
                *) options+=("$1" "$2") ;;
            esac
            shift ;;
        -I*) options+=("-I$(readlink -m "${1#-I}")") ;;
        -*) options+=("$1") ;;
        *)
            [ -r "$1" ] || fail "cannot read $1"
            sources+=("$(readlink -f "$1")") ;;
    esac
    shift
done
[ ${#sources[@]} -gt 0 ] ||
    fail "no source file; usage: build.sh [-o OUT] [OPTIONS] FILE.c..."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lib=${SALLYPORT_SDK_LIB:-$work/lib}
[ -n "${SALLYPORT_SDK_LIB-}" ] || make_library "$lib"

# Interfaces of the program's own: their headers are found, and their stubs are
# taken as from a library, whichever side the program is.
stubs=$lib/stubs objects=()
for source in "${sources[@]}"; do
    [[ $source == *.defs ]] || continue
    make_stubs "$lib/mig" "$work/own" "$source"
    options+=("-I$work/own")
done
for source in "${sources[@]}"; do
    [[ $source != *.defs ]] || continue
    object=$work/${#objects[@]}.o
    (compile "$source" "$object" ${options[@]+"${options[@]}"})
    objects+=("$object")
done
if [ -d "$work/own" ]; then
    "${cross}ar" rcsD "$work/own.a" "$work"/own/*.o
    objects+=("$work/own.a")
fi
link "$lib" "$out" "${objects[@]}"
